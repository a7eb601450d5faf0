import { importJWK, type CryptoKey } from 'jose';
import type { Logger } from '@latchkey/telemetry';

type Jwk = Record<string, unknown>;
interface KeySource {
  jwks(): { keys: Jwk[] };
}

/** Asks the issuer for its present keys; one that fails means "nothing new". */
export type FetchJwks = () => Promise<Jwk[]>;

export interface SigningKey {
  key: CryptoKey | Uint8Array;
  alg: string;
}

const algorithms = new Set(['ES256', 'RS256']);
const refetchPauseMs = 10_000;

/** Public keys of the issuer, imported once each. They come with the feed; only a `kid` that it has not told of yet is asked for. */
export class SigningKeys {
  private imported = new Map<string, Promise<SigningKey | null>>();
  private fetched: Jwk[] = [];
  private asking: Promise<void> | null = null;
  private askedAtMs = -Infinity;

  constructor(
    private readonly source: KeySource,
    private readonly fetchJwks: FetchJwks,
    private readonly logger: Logger,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  /** @returns null for a key that neither the feed nor the issuer knows, or that is not meant for access tokens */
  async find(kid: string): Promise<SigningKey | null> {
    const known = await this.lookUp(kid);
    if (known !== null) return known;
    await this.refetch();
    return this.lookUp(kid);
  }

  /** The feed has told of a change: a key that it no longer holds must not live on here. */
  forget(): void {
    this.imported = new Map();
    this.fetched = [];
  }

  private lookUp(kid: string): Promise<SigningKey | null> {
    const known = this.imported.get(kid);
    if (known !== undefined) return known;
    const jwk = [...this.source.jwks().keys, ...this.fetched].find((candidate) => candidate['kid'] === kid);
    if (jwk === undefined) return Promise.resolve(null);
    const key = this.import(jwk);
    this.imported.set(kid, key);
    return key;
  }

  private async import(jwk: Jwk): Promise<SigningKey | null> {
    const alg = typeof jwk['alg'] === 'string' ? jwk['alg'] : jwk['kty'] === 'EC' ? 'ES256' : 'RS256';
    if (!algorithms.has(alg) || (jwk['use'] !== undefined && jwk['use'] !== 'sig')) return null;
    try {
      return { key: await importJWK(jwk, alg), alg };
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
    this.asking = this.fetchJwks()
      .then((keys) => { this.fetched = keys; })
      .catch((error: unknown) => this.logger.warn({ err: error }, 'the keys of the issuer cannot be fetched'))
      .finally(() => { this.asking = null; });
    return this.asking;
  }
}
