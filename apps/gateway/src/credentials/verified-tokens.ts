/**
 * What was verified once, by SHA-256 of the token (GW-27): never by the token, so that a memory dump shows none. An entry is as stale as
 * the token is old, which is harmless because only what never changes is kept: revocation and expiry are checked on every hit.
 *
 * Bounded: each time that half of the limit has been used, what was not used since the last time goes. To keep what is found in the
 * order of its use would cost two writes at every hit.
 */
export class VerifiedTokens<T> {
  private recent = new Map<string, T>();
  private earlier = new Map<string, T>();

  constructor(private readonly limit: number) {}

  get size(): number {
    return this.recent.size + this.earlier.size;
  }

  /** Hot path: one look, for what is in use. */
  get(digest: string): T | undefined {
    const entry = this.recent.get(digest);
    if (entry !== undefined) return entry;
    const known = this.earlier.get(digest);
    if (known === undefined) return undefined;
    this.earlier.delete(digest);
    this.set(digest, known);
    return known;
  }

  set(digest: string, entry: T): void {
    this.recent.set(digest, entry);
    if (this.recent.size * 2 < this.limit) return;
    this.earlier = this.recent;
    this.recent = new Map();
  }

  clear(): void {
    this.recent = new Map();
    this.earlier = new Map();
  }
}
