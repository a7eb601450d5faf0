import type { Credential } from './observer.ts';
import type { Random } from './random.ts';

const recentLimit = 150;

/** Every credential of a run: which are thought valid, which were revoked a moment ago, which are long dead. */
export class Population {
  readonly #valid: Credential[] = [];
  readonly #fresh: Credential[] = [];
  readonly #revoked: Credential[] = [];

  get revoked(): readonly Credential[] {
    return this.#revoked;
  }

  get valid(): readonly Credential[] {
    return this.#valid.filter((credential) => credential.dyingAtMs === undefined);
  }

  add(credential: Credential): void {
    this.#valid.push(credential);
    this.#fresh.push(credential);
    if (this.#fresh.length > recentLimit) this.#fresh.shift();
  }

  /** To be called before anybody is told to revoke them. */
  markDying(victims: readonly Credential[]): void {
    for (const victim of victims) victim.dyingAtMs ??= performance.now();
  }

  /** Once the revocation is acknowledged. */
  markDead(victims: readonly Credential[]): void {
    const now = performance.now();
    for (const victim of victims) {
      if (victim.deadAtMs !== undefined) continue;
      victim.deadAtMs = now;
      this.#revoked.push(victim);
    }
  }

  pickValid(random: Random): Credential | undefined {
    while (this.#valid.length > 0) {
      const at = random.below(this.#valid.length);
      const credential = this.#valid[at];
      if (credential?.dyingAtMs === undefined) return credential;
      // The revoked ones are only taken out when chance meets them.
      const last = this.#valid.pop();
      if (last !== undefined && at < this.#valid.length) this.#valid[at] = last;
    }
    return undefined;
  }

  /** Minted a moment ago: the gateways may not have heard of it yet. */
  pickFresh(random: Random): Credential | undefined {
    return this.#fresh[random.below(this.#fresh.length)];
  }

  /** Revoked a moment ago: around its bound is where an acceptance would be wrong. */
  pickRecent(random: Random): Credential | undefined {
    const first = Math.max(0, this.#revoked.length - recentLimit);
    return this.#revoked[first + random.below(this.#revoked.length - first)];
  }

  pickOld(random: Random): Credential | undefined {
    return this.#revoked[random.below(this.#revoked.length)];
  }
}
