import { createRequire } from 'node:module';
import { CookieSignatures } from './cookie-signatures.ts';

/** The library in whose place it stands; it comes with the engine. */
const Keygrip = createRequire(createRequire(import.meta.url).resolve('oidc-provider'))('keygrip') as new (keys: string[]) => CookieSignatures;

describe('CookieSignatures', () => {
  const [older, newer] = ['o'.repeat(43), 'n'.repeat(43)];
  const texts = ['latchkey_session=abc', 'a=', 'ü=ß🔑', `long=${'x'.repeat(4000)}`, ...Array.from({ length: 200 }, (_, n) => `latchkey_session=${n}`)];

  it('makes what Keygrip makes, and takes what it makes', () => {
    const [ours, theirs] = [new CookieSignatures([newer, older]), new Keygrip([newer, older])];
    for (const text of texts) {
      expect([text, ours.sign(text)]).toEqual([text, theirs.sign(text)]);
      expect(ours.index(text, new Keygrip([older]).sign(text))).toBe(1);
      expect(ours.index(text, theirs.sign(text))).toBe(0);
    }
  });

  it('takes nothing else: another text, another key, another spelling, a part, nothing', () => {
    const signatures = new CookieSignatures([newer]);
    const text = 'latchkey_session=abc';
    const signature = signatures.sign(text);
    expect(signatures.verify(text, signature)).toBe(true);
    const wrong = [new CookieSignatures([older]).sign(text), signatures.sign(`${text} `), signature.slice(0, -1), `${signature}=`, `${signature}A`, ` ${signature}`, '', signature.toLowerCase(), signature.replace(/.$/, (last) => (last === 'Z' ? 'Y' : String.fromCharCode(last.charCodeAt(0) + 1)))];
    for (const other of wrong) expect([other, signatures.index(text, other), signatures.verify(text, other)]).toEqual([other, -1, false]);
  });

  it('needs a key', () => {
    expect(() => new CookieSignatures([])).toThrow('there is none');
  });
});
