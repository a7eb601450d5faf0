import { identityAssertionType, type IdentityAssertionClaims } from '@latchkey/contracts';
import type { WallClock } from '@latchkey/clock';
import { calculateJwkThumbprint, exportJWK, importJWK, SignJWT, type CryptoKey, type JWK } from 'jose';

/** What an assertion says beside `iss`, `iat` and `exp`. */
export type AssertionContent = Omit<IdentityAssertionClaims, 'iss' | 'iat' | 'exp'>;

/** GW-82: at most a minute. It is used again for half of that, so every upstream has half a minute to read it. */
const lifetimeSeconds = 60;
const reuseSeconds = 30;
const cacheLimit = 10_000;

export interface Signed {
  /** The same caller to the same upstream, saying the same. */
  signature: Promise<string>;
  /** Once it is there */
  text: string | null;
  freshUntilSeconds: number;
}

/** Signs who is calling, for exactly one upstream (GW-82). Its key signs nothing else. */
export class AssertionSigner {
  /**
   * Half a minute stale at most; its key is the content, so a change of role or scope never meets an older assertion. Those of before the last turn
   * are looked at too, and go with the next: by then none of them may be used again.
   */
  private recent = new Map<string, Signed>();
  private earlier = new Map<string, Signed>();
  private turnAtSeconds = 0;
  readonly lookups = { hits: 0, misses: 0 };

  private constructor(
    private readonly options: { issuer: string; clock: WallClock },
    private readonly key: CryptoKey,
    private readonly publicJwk: JWK & { kid: string },
  ) {}

  static async create(options: { issuer: string; clock: WallClock; privateJwk: JWK }): Promise<AssertionSigner> {
    const key = await importJWK({ ...options.privateJwk, alg: 'ES256' }, 'ES256', { extractable: true });
    if (key instanceof Uint8Array) throw new Error('the signing key is not a key pair');
    const { kty, crv, x, y } = await exportJWK(key);
    // RFC 7638: every replica with the same key publishes the same id for it.
    const kid = options.privateJwk.kid ?? (await calculateJwkThumbprint({ kty, crv, x, y }));
    return new AssertionSigner(options, key, { kty, crv, x, y, kid, alg: 'ES256', use: 'sig' });
  }

  /** RFC 7517 section 5: what upstreams verify with. */
  jwks(): { keys: JWK[] } {
    return { keys: [this.publicJwk] };
  }

  sign(content: AssertionContent): Promise<string> {
    return this.signed(content).signature;
  }

  /** With how long it may be used again. */
  signed(content: AssertionContent): Signed {
    const cacheKey = JSON.stringify(content);
    const now = this.options.clock.nowSeconds();
    const known = this.recent.get(cacheKey) ?? this.earlier.get(cacheKey);
    if (known !== undefined && known.freshUntilSeconds > now) {
      this.lookups.hits += 1;
      return known;
    }
    this.lookups.misses += 1;
    const signature = new SignJWT({ ...content })
      .setProtectedHeader({ alg: 'ES256', typ: identityAssertionType, kid: this.publicJwk.kid })
      .setIssuer(this.options.issuer)
      .setIssuedAt(now)
      .setExpirationTime(now + lifetimeSeconds)
      .sign(this.key);
    const signed: Signed = { signature, text: null, freshUntilSeconds: now + reuseSeconds };
    this.remember(cacheKey, signed, now);
    signature.then((text) => { signed.text = text; }, () => {
      this.recent.delete(cacheKey);
      this.earlier.delete(cacheKey);
    });
    return signed;
  }

  private remember(cacheKey: string, signed: Signed, nowSeconds: number): void {
    if (nowSeconds >= this.turnAtSeconds || this.recent.size * 2 >= cacheLimit) {
      this.earlier = this.recent;
      this.recent = new Map();
      this.turnAtSeconds = nowSeconds + reuseSeconds;
    }
    this.recent.set(cacheKey, signed);
  }
}
