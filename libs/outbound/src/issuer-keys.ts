import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import type { OutboundFetch } from './outbound-fetch.ts';

/** A key that an issuer has withdrawn may be taken for this long. */
const keepMs = 300_000;
/** Between two fetches of one set, however many tokens name keys that are not in it. */
const pauseMs = 10_000;
const limit = 1000;

interface Fetched {
  atMs: number;
  keys: Promise<JWTVerifyGetKey>;
}

/** The keys of an issuer cannot be had: that is said of no token. */
export class KeysUnavailable extends Error {}

/** Key sets of issuers that tenants trust, fetched under the rules for URLs that others gave us (AS-13), five minutes stale at most. */
export class IssuerKeys {
  private readonly sets = new Map<string, Fetched>();

  constructor(private readonly outbound: OutboundFetch) {}

  /** @throws KeysUnavailable */
  of(uri: string): JWTVerifyGetKey {
    return async (header, token) => {
      const known = this.fresh(uri, keepMs);
      try {
        return await (await known.keys)(header, token);
      } catch (error) {
        // A key that is not in it may be younger than what is kept.
        const again = error instanceof errors.JWKSNoMatchingKey ? this.fresh(uri, pauseMs) : known;
        if (again === known) throw error;
        return (await again.keys)(header, token);
      }
    };
  }

  private fresh(uri: string, maxAgeMs: number): Fetched {
    const known = this.sets.get(uri);
    if (known !== undefined && performance.now() - known.atMs < maxAgeMs) return known;
    const fetched: Fetched = { atMs: performance.now(), keys: this.fetch(uri) };
    this.sets.delete(uri);
    this.sets.set(uri, fetched);
    if (this.sets.size > limit) this.sets.delete(this.sets.keys().next().value ?? '');
    // What failed is not kept.
    fetched.keys.catch(() => { if (this.sets.get(uri) === fetched) this.sets.delete(uri); });
    return fetched;
  }

  private async fetch(uri: string): Promise<JWTVerifyGetKey> {
    try {
      const { status, body } = await this.outbound.get(uri);
      if (status !== 200) throw new Error(`status ${status}`);
      return createLocalJWKSet(JSON.parse(body) as JSONWebKeySet);
    } catch (cause) {
      throw new KeysUnavailable('the keys of an issuer cannot be fetched', { cause });
    }
  }
}
