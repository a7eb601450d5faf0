import { createHmac, createSecretKey, timingSafeEqual, type KeyObject } from 'node:crypto';

/**
 * Signs cookies, and checks them, to the letter as Keygrip does, of which Koa takes another (`app.keys`): HMAC with SHA-1 (RFC 2104), of which no
 * attack is known that collisions of SHA-1 help with. Keygrip compares by two more HMACs under a random key, which at each request cost more than
 * all of this, and begins each with a text for a key, which takes four times as long as with a key object.
 */
export class CookieSignatures {
  private readonly keys: readonly KeyObject[];

  /** @param secrets  newest first: that one signs, and all of them are accepted */
  constructor(secrets: readonly string[]) {
    this.keys = secrets.map((secret) => createSecretKey(secret, 'utf8'));
    if (this.keys.length === 0) throw new Error('Cookies are signed with a key; there is none.');
  }

  sign(text: string): string {
    return signed(text, this.keys[0] as KeyObject).toString('base64url');
  }

  /** @returns place of the key that made this signature; -1 for none */
  index(text: string, signature: string): number {
    const given = Buffer.from(signature, 'base64url');
    // One spelling of each signature is accepted.
    if (given.toString('base64url') !== signature) return -1;
    return this.keys.findIndex((key) => {
      const expected = signed(text, key);
      return expected.length === given.length && timingSafeEqual(expected, given);
    });
  }

  verify(text: string, signature: string): boolean {
    return this.index(text, signature) >= 0;
  }
}

const signed = (text: string, key: KeyObject): Buffer => createHmac('sha1', key).update(text).digest();
