import { addressKey } from './address-key.ts';

describe('addressKey', () => {
  it('counts an IPv4 address as it is, also in its IPv6 spelling', () => {
    expect(addressKey('192.0.2.7')).toBe('192.0.2.7');
    expect(addressKey('::ffff:192.0.2.7')).toBe('192.0.2.7');
  });

  it('counts a whole /64 as one', () => {
    expect(addressKey('2001:db8:1:2:3:4:5:6')).toBe(addressKey('2001:db8:1:2::1'));
    expect(addressKey('2001:db8:1:3::1')).not.toBe(addressKey('2001:db8:1:2::1'));
  });

  it('has a key for what is no address', () => {
    expect(addressKey('')).toBe('unknown');
  });
});
