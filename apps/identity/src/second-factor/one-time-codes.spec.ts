import { TOTP, Secret } from 'otpauth';
import { isTimedCode, newRecoveryCodes, newSecret, otpauthLink, plainCode, recoveryCodeHash, secretText, stepOf } from './one-time-codes.ts';

describe('one-time codes', () => {
  const secret = newSecret();
  const code = (atMs: number): string => new TOTP({ secret: Secret.fromBase32(secretText(secret)) }).generate({ timestamp: atMs });
  const now = 1_800_000_000_000;

  it('are taken from the step before to the step after, and no further', () => {
    const step = now / 30_000;
    expect([-2, -1, 0, 1, 2].map((steps) => stepOf(secret, code(now + steps * 30_000), now))).toEqual([null, step - 1, step, step + 1, null]);
    expect(stepOf(newSecret(), code(now), now)).toBeNull();
  });

  it('agree with the test vectors of RFC 6238', () => {
    const known = Buffer.from('12345678901234567890');
    for (const [seconds, digits] of [[59, '287082'], [1111111109, '081804'], [20000000000, '353130']] as const) {
      expect(stepOf(known, digits, seconds * 1000)).toBe(Math.floor(seconds / 30));
    }
  });

  it('have a link that names account and issuer', () => {
    const link = new URL(otpauthLink(secret, 'a:b@example.com'));
    expect([link.protocol, link.host, link.searchParams.get('issuer'), link.searchParams.get('secret')]).toEqual(['otpauth:', 'totp', 'Latchkey', secretText(secret)]);
  });

  it('are read as people type them', () => {
    expect([plainCode(' 123 456 '), plainCode('abcd-efgh')]).toEqual(['123456', 'ABCDEFGH']);
    expect([isTimedCode('123456'), isTimedCode('12345'), isTimedCode('1234567'), isTimedCode('١٢٣٤٥٦')]).toEqual([true, false, false, false]);
  });

  it('have stand-ins of eighty bits for the day the app is lost, bound to their owner', () => {
    const codes = newRecoveryCodes();
    expect(new Set(codes).size).toBe(10);
    for (const one of codes) expect(one).toMatch(/^[A-Z2-7]{4}(-[A-Z2-7]{4}){3}$/);
    expect(recoveryCodeHash('u1', codes[0]!.toLowerCase())).toEqual(recoveryCodeHash('u1', codes[0]!));
    expect(recoveryCodeHash('u2', codes[0]!)).not.toEqual(recoveryCodeHash('u1', codes[0]!));
  });
});
