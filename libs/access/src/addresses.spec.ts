import { verifies } from '@latchkey/testing';
import fc from 'fast-check';
import { addressesWithin, admitsAddress } from './addresses.ts';

describe('the addresses that a key may be used from', () => {
  const cases: [allowed: string[] | null, address: string, admitted: boolean][] = [
    [null, '203.0.113.9', true],
    [null, 'nonsense', true],
    [[], '203.0.113.9', false],
    [['203.0.113.0/24'], '203.0.113.255', true],
    [['203.0.113.0/24'], '203.0.114.0', false],
    [['203.0.113.77/24'], '203.0.113.1', true],
    [['203.0.113.9/32'], '203.0.113.9', true],
    [['203.0.113.9/32'], '::ffff:203.0.113.9', true],
    [['203.0.113.9/32'], '203.0.113.10', false],
    [['198.51.100.0/24', '203.0.113.0/24'], '203.0.113.9', true],
    [['0.0.0.0/0'], '203.0.113.9', true],
    [['0.0.0.0/0'], '2001:db8::1', false],
    [['::/0'], '2001:db8::1', true],
    [['::/0'], '203.0.113.9', false],
    [['2001:db8::/32'], '2001:db8:ffff::1', true],
    [['2001:db8::/32'], '2001:db9::1', false],
    [['nonsense', '203.0.113.0/24'], '203.0.113.9', true],
    [['nonsense'], '203.0.113.9', false],
    [['203.0.113.0/24'], '', false],
    [['203.0.113.0/24'], '203.0.113.9, 198.51.100.1', false],
    [['203.0.113.0/24'], 'unix:', false],
  ];
  for (const [allowed, address, admitted] of cases) {
    verifies('K8', `${JSON.stringify(allowed)} ${admitted ? 'admits' : 'does not admit'} ${JSON.stringify(address)}`, () => {
      expect(admitsAddress(allowed, address)).toBe(admitted);
    });
  }

  const ipv4 = fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 4, maxLength: 4 }).map((bytes) => bytes.join('.'));
  // Few bits differ, so that ranges often overlap.
  const near = fc.integer({ min: 0, max: 255 }).map((last) => `10.0.0.${last}`);
  const cidr = fc.tuple(fc.oneof(ipv4, near), fc.integer({ min: 0, max: 32 })).map(([base, bits]) => `${base}/${bits}`);
  const list = fc.option(fc.array(cidr, { maxLength: 4 }), { nil: null });

  verifies('K8', 'a list that is within another admits nothing that the other does not', () => {
    fc.assert(fc.property(list, list, fc.oneof(ipv4, near), (inner, outer, address) => {
      fc.pre(addressesWithin(inner, outer));
      return !admitsAddress(inner, address) || admitsAddress(outer, address);
    }));
  });

  verifies('K8', 'a list is within itself, and within no list at all', () => {
    fc.assert(fc.property(list, (addresses) => addressesWithin(addresses, addresses) && addressesWithin(addresses, null)));
    expect(addressesWithin(null, ['0.0.0.0/0'])).toBe(false);
    expect(addressesWithin(['10.0.0.0/8'], ['10.0.0.0/9', '10.128.0.0/9'])).toBe(false);
  });
});
