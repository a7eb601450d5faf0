import { verifies } from '@latchkey/testing';
import { credentialOf } from './token-credential.ts';

describe('what is kept of a token response', () => {
  const token = { access_token: 'a.b-c_d~e+f/g==', token_type: 'bearer' as const, expires_in: 60 };

  it('is the header value, its end, and the newest refresh token', () => {
    expect(credentialOf(token, 1000, ['x'])).toEqual({ value: 'Bearer a.b-c_d~e+f/g==', scopes: ['x'], expiresAt: new Date(61_000) });
    expect(credentialOf({ ...token, refresh_token: 'new' }, 0, [], 'old')).toMatchObject({ refreshToken: 'new' });
    expect(credentialOf({ access_token: 'a', token_type: 'bearer' }, 0, [], 'old')).toEqual({ value: 'Bearer a', scopes: [], expiresAt: null, refreshToken: 'old' });
  });

  it('is what it was given for: all that was asked for, or as much of it as the answer says', () => {
    const granted = (asked: string[], scope?: string) => credentialOf({ ...token, ...(scope === undefined ? {} : { scope }) }, 0, asked).scopes;
    expect([granted(['a', 'b']), granted(['a', 'b'], 'b c'), granted(['a', 'b'], 'a,b'), granted([], 'c d'), granted(['a'], '')]).toEqual([['a', 'b'], ['b'], ['a', 'b'], ['c', 'd'], []]);
  });

  verifies('K11', 'is nothing of what a header cannot carry, or of another type', () => {
    for (const access_token of ['a b', 'a\r\nx: y', 'ü', '']) expect(() => credentialOf({ ...token, access_token }, 0, [])).toThrow('no bearer token');
    expect(() => credentialOf({ ...token, token_type: 'dpop' }, 0, [])).toThrow('no bearer token');
  });
});
