import { createHash } from 'node:crypto';
import { RateLimiterMemory, RateLimiterRedis, type RateLimiterRes } from 'rate-limiter-flexible';
import type { Redis } from './redis.ts';

export interface RateLimiterOptions {
  /** Keeps the counters of different limits apart. */
  name: string;
  limit: number;
  windowSeconds: number;
  /** Shared by all replicas; without it each process counts for itself. */
  redis?: Redis;
}

export interface ConsumeOptions {
  /** Points that this request costs; 1 when left out. 0 asks without charging. */
  cost?: number;
  /** Limit of this key, where it has one of its own. */
  limit?: number;
  /** Window of this key, likewise. One that changes holds from the key's next window on. */
  windowSeconds?: number;
}

export interface RateLimitDecision {
  allowed: boolean;
  limit: number;
  remaining: number;
  /** Whole seconds until the window of this key ends; what `Retry-After` and `RateLimit-Reset` say. */
  resetSeconds: number;
}

export interface RateLimiter {
  consume(key: string, options?: ConsumeOptions): Promise<RateLimitDecision>;
}

/** Limits differ per key, so the library only counts, against a limit that nobody reaches, and the comparison is ours. */
const unreachable = Number.MAX_SAFE_INTEGER;

/** Keys may hold what a stranger typed: they are bounded in length before they become keys of a store. */
function boundedKey(key: string): string {
  return key.length <= 64 ? key : createHash('sha256').update(key).digest('base64url');
}

/**
 * A fixed-window limiter: the window of a key begins with its first request. With Redis away, each process counts in memory until it
 * is back: a limit of the fleet becomes one per process, and no request fails for it.
 */
export function createRateLimiter({ name, limit, windowSeconds, redis }: RateLimiterOptions): RateLimiter {
  const common = { keyPrefix: `ratelimit:${name}`, points: unreachable, duration: windowSeconds };
  const memory = new RateLimiterMemory(common);
  const limiter =
    redis === undefined
      ? memory
      : new RateLimiterRedis({ ...common, storeClient: redis, insuranceLimiter: memory, rejectIfRedisNotReady: true });

  return {
    async consume(key, options = {}) {
      const allowedPoints = options.limit ?? limit;
      const result: RateLimiterRes = await limiter.consume(boundedKey(key), options.cost ?? 1, options.windowSeconds === undefined ? {} : { customDuration: options.windowSeconds });
      return {
        allowed: result.consumedPoints <= allowedPoints,
        limit: allowedPoints,
        remaining: Math.max(0, allowedPoints - result.consumedPoints),
        resetSeconds: Math.max(1, Math.ceil(result.msBeforeNext / 1000)),
      };
    },
  };
}
