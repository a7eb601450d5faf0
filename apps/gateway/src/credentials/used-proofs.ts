import type { WallClock } from '@latchkey/clock';
import type { Redis } from '@latchkey/ratelimit';
import { Problem } from '@latchkey/problem';

/** Remembers which proofs of possession were used, for as long as they could be used again (RFC 9449 section 11.1). */
export abstract class UsedProofs {
  /**
   * @param id  of the proof, under its key
   * @param untilSeconds  from when on the proof is too old in any case
   * @returns whether this is its first use
   * @throws Problem `state_stale` when nobody can say: a proof that may have been used is not accepted
   */
  abstract claim(id: string, untilSeconds: number): Promise<boolean>;
}

const cannotSay = (cause?: unknown): Problem => new Problem('state_stale', { cause, headers: { 'retry-after': '1' } });

/** Proofs that end in the same minute are forgotten together. */
const bucketSeconds = 60;
/** About 50 MB: five minutes of 1,600 requests a second. */
const limit = 500_000;

/** For one process. Of several replicas without Redis each knows its own: a stolen proof could be used once at each of them. */
export class MemoryUsedProofs extends UsedProofs {
  private readonly buckets = new Map<number, Set<string>>();
  private size = 0;

  constructor(
    private readonly clock: WallClock,
    private readonly maxSize = limit,
  ) {
    super();
  }

  override async claim(id: string, untilSeconds: number): Promise<boolean> {
    this.forgetPast();
    const minute = Math.floor(untilSeconds / bucketSeconds);
    const bucket = this.buckets.get(minute) ?? new Set<string>();
    if ([...this.buckets.values()].some((used) => used.has(id))) return false;
    if (this.size >= this.maxSize) throw cannotSay();
    this.buckets.set(minute, bucket.add(id));
    this.size += 1;
    return true;
  }

  private forgetPast(): void {
    const thisMinute = Math.floor(this.clock.nowSeconds() / bucketSeconds);
    for (const [minute, { size }] of this.buckets) {
      if (minute >= thisMinute) continue;
      this.buckets.delete(minute);
      this.size -= size;
    }
  }
}

/** Clocks of replicas may differ by this much. */
const marginSeconds = 60;

/** For all replicas together: one of them is the first. */
export class RedisUsedProofs extends UsedProofs {
  constructor(
    private readonly redis: Pick<Redis, 'set'>,
    private readonly clock: WallClock,
  ) {
    super();
  }

  override async claim(id: string, untilSeconds: number): Promise<boolean> {
    const seconds = Math.max(1, untilSeconds - this.clock.nowSeconds()) + marginSeconds;
    try {
      return (await this.redis.set(`dpop:${id}`, '1', 'EX', Math.ceil(seconds), 'NX')) === 'OK';
    } catch (error) {
      throw cannotSay(error);
    }
  }
}

export const usedProofs = (clock: WallClock, redis: Redis | undefined): UsedProofs =>
  redis === undefined ? new MemoryUsedProofs(clock) : new RedisUsedProofs(redis, clock);
