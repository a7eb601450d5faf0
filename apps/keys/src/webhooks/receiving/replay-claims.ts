import type { Redis } from '@latchkey/ratelimit';

/** At least twice the longest tolerance (WH-12); after it the index in Postgres still knows. */
const keptSeconds = 2 * 3600;

const keyOf = (subscriptionId: string, replayId: string): string => `webhook-replay:${subscriptionId}:${replayId}`;

/**
 * What was taken lately, known without a look into Postgres. Only what was handed over is noted, so that a process that dies in between
 * loses nobody's message; without Redis, or with Redis away, the index decides alone.
 */
export class ReplayClaims {
  constructor(private readonly redis: Redis | undefined) {}

  /** @returns id of the delivery that one of the ids is known to belong to */
  async known(subscriptionId: string, replayIds: readonly string[]): Promise<string | null> {
    if (this.redis === undefined) return null;
    try {
      const found = await this.redis.mget(replayIds.map((id) => keyOf(subscriptionId, id)));
      return found.find((value) => value !== null) ?? null;
    } catch {
      return null;
    }
  }

  async note(subscriptionId: string, replayIds: readonly string[], deliveryId: string): Promise<void> {
    if (this.redis === undefined) return;
    try {
      await Promise.all(replayIds.map((id) => this.redis?.set(keyOf(subscriptionId, id), deliveryId, 'EX', keptSeconds, 'NX')));
    } catch {
      // The index knows.
    }
  }
}
