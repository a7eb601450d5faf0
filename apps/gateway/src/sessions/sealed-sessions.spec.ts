import { randomBytes } from 'node:crypto';
import { verifies } from '@latchkey/testing';
import fc from 'fast-check';
import { SealedSessions, type SessionBinding } from './sealed-sessions.ts';

const binding: SessionBinding = { issuer: 'https://id.test', subject: 'user-1', org: 'acme', server: 'demo', upstreamUrl: 'http://up/mcp' };
const sessions = new SealedSessions(randomBytes(32));
const sealed = sessions.seal('upstream-session-7', binding) ?? '';

describe('SealedSessions', () => {
  verifies('GW-70', 'the id is visible ASCII, never the same twice, and does not show the id of the upstream', () => {
    expect(sealed).toMatch(/^[\x21-\x7e]+$/);
    expect(sessions.seal('upstream-session-7', binding)).not.toBe(sealed);
    expect(Buffer.from(sealed.slice(3), 'base64url').toString('latin1')).not.toContain('upstream-session-7');
  });

  verifies('GW-70', 'a replica with the same key opens it, one with another does not', () => {
    const key = randomBytes(32);
    const text = new SealedSessions(key).seal('s', binding) ?? '';
    expect(new SealedSessions(Buffer.from(key)).open(text, binding)).toBe('s');
    expect(sessions.open(text, binding)).toBeNull();
  });

  verifies('GW-71', 'it opens for its own principal at its own server only', () => {
    expect(sessions.open(sealed, binding)).toBe('upstream-session-7');
    for (const other of [
      { issuer: 'https://other.test' }, { subject: 'user-2' }, { org: 'globex' }, { org: null }, { server: 'demo-2' }, { upstreamUrl: 'http://up2/mcp' },
    ]) expect(sessions.open(sealed, { ...binding, ...other })).toBeNull();
  });

  verifies('GW-71', 'no change of any character is survived', () => {
    fc.assert(fc.property(fc.nat(sealed.length - 1), fc.constantFrom('A', 'z', '0', '_', '.', ' '), (at, character) => {
      fc.pre(sealed[at] !== character);
      expect(sessions.open(sealed.slice(0, at) + character + sealed.slice(at + 1), binding)).toBeNull();
    }));
  });

  it('takes any text for what it is: no session', () => {
    fc.assert(fc.property(fc.string(), (text) => expect(sessions.open(text, binding)).toBeNull()));
    fc.assert(fc.property(fc.base64String(), (text) => expect(sessions.open(`v1.${text}`, binding)).toBeNull()));
    expect(sessions.seal('x'.repeat(5000), binding)).toBeNull();
  });
});
