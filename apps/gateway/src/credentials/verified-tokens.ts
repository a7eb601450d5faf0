/**
 * What was verified once, by SHA-256 of the token (GW-27): never by the token, so that a memory dump shows none. An entry is as stale as
 * the token is old, which is harmless because only what never changes is kept: revocation and expiry are checked on every hit. Bounded;
 * the one used longest ago goes first.
 */
export class VerifiedTokens<T> {
  private readonly entries = new Map<string, T>();

  constructor(private readonly limit: number) {}

  get size(): number {
    return this.entries.size;
  }

  get(digest: string): T | undefined {
    const entry = this.entries.get(digest);
    if (entry === undefined) return undefined;
    // A Map keeps the order of insertion: what is used moves to the end.
    this.entries.delete(digest);
    this.entries.set(digest, entry);
    return entry;
  }

  set(digest: string, entry: T): void {
    this.entries.set(digest, entry);
    if (this.entries.size <= this.limit) return;
    const oldest = this.entries.keys().next();
    if (oldest.done !== true) this.entries.delete(oldest.value);
  }

  clear(): void {
    this.entries.clear();
  }
}
