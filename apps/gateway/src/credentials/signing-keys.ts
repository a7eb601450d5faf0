import { createPublicKey, type KeyObject } from 'node:crypto';
import type { Logger } from '@latchkey/telemetry';
import { stale } from '../freshness/stale.ts';

type Jwk = Record<string, unknown>;
interface KeySource {
  jwks(): { keys: Jwk[] };
}

/** Asks the issuer for its present keys; one that fails means "nothing new". */
export type FetchJwks = () => Promise<Jwk[]>;

export interface SigningKey {
  key: KeyObject;
  alg: 'ES256' | 'RS256';
}

/** RFC 7518 sections 3.3 and 3.4: what a key must be for its algorithm. */
function fits(alg: unknown, { asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): alg is SigningKey['alg'] {
  if (alg === 'ES256') return type === 'ec' && details?.namedCurve === 'prime256v1';
  return alg === 'RS256' && type === 'rsa' && (details?.modulusLength ?? 0) >= 2048;
}

const refetchPauseMs = 10_000;

/** Public keys of the issuer, imported once each. They come with the feed; only a `kid` that it has not told of yet is asked for. */
export class SigningKeys {
  private imported = new Map<string, SigningKey | null>();
  private fetched: Jwk[] = [];
  private asking: Promise<void> | null = null;
  private askedAtMs = -Infinity;
  private failed = false;
  /** Grows with every change that the feed tells of */
  private generation = 0;

  constructor(
    private readonly source: KeySource,
    private readonly fetchJwks: FetchJwks,
    private readonly logger: Logger,
    private readonly nowMs: () => number = () => performance.now(),
    /** Whether the keys of the feed are proven to be all that there were within the bound */
    private readonly isFresh: () => boolean = () => true,
  ) {}

  /**
   * @returns null for a key that neither the feed nor the issuer knows, or that is not meant for access tokens
   * @throws Problem `state_stale` for one that nobody can be asked about: a token under a young key must not be called unknown
   */
  async find(kid: string): Promise<SigningKey | null> {
    const known = this.lookUp(kid);
    if (known !== null) return known;
    await this.refetch();
    const found = this.lookUp(kid);
    if (found === null && this.failed && !this.isFresh()) throw stale();
    return found;
  }

  /** Whether what `kid` signed may still be alive, by what is known here. */
  knows(kid: string): boolean {
    return this.lookUp(kid) !== null;
  }

  /** The feed has told of a change: a key that it no longer holds must not live on here. */
  forget(): void {
    this.generation += 1;
    this.imported = new Map();
    this.fetched = [];
  }

  private lookUp(kid: string): SigningKey | null {
    const known = this.imported.get(kid);
    if (known !== undefined) return known;
    const jwk = [...this.source.jwks().keys, ...this.fetched].find((candidate) => candidate['kid'] === kid);
    if (jwk === undefined) return null;
    const key = this.import(jwk);
    this.imported.set(kid, key);
    return key;
  }

  private import(jwk: Jwk): SigningKey | null {
    const alg = typeof jwk['alg'] === 'string' ? jwk['alg'] : jwk['kty'] === 'EC' ? 'ES256' : 'RS256';
    if (jwk['use'] !== undefined && jwk['use'] !== 'sig') return null;
    try {
      const key = createPublicKey({ key: jwk, format: 'jwk' });
      return fits(alg, key) ? { key, alg } : null;
    } catch (error) {
      this.logger.error({ err: error, kid: jwk['kid'] }, 'a signing key of the issuer cannot be read');
      return null;
    }
  }

  /** One question at a time and one in ten seconds (GW-22): tokens with invented `kid`s must not become load on the issuer. */
  private refetch(): Promise<void> {
    if (this.asking !== null) return this.asking;
    if (this.nowMs() - this.askedAtMs < refetchPauseMs) return Promise.resolve();
    this.askedAtMs = this.nowMs();
    const generation = this.generation;
    this.asking = this.fetchJwks()
      .then((keys) => {
        // An answer from before a change may hold the very key that was dropped by it.
        if (generation === this.generation) this.fetched = keys;
        this.failed = false;
      })
      .catch((error: unknown) => {
        this.failed = true;
        this.logger.warn({ err: error }, 'the keys of the issuer cannot be fetched');
      })
      .finally(() => { this.asking = null; });
    return this.asking;
  }
}
