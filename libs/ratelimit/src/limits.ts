import type { Redis } from './redis.ts';
import { CountedWindows } from './counted-windows.ts';

/** One limit that a request is under: so many in a window that begins with the first of them. */
export interface Limit {
  /** What is counted; limits of the same key are one. */
  key: string;
  limit: number;
  windowSeconds: number;
}

export interface LimitsDecision {
  allowed: boolean;
  /** Place of the limit that refuses, or else of the one that is nearest to it, in the list that was given. */
  nearest: number;
  limit: number;
  remaining: number;
  /** Whole seconds until the window of that limit ends; what `Retry-After` and `RateLimit-Reset` say. */
  resetSeconds: number;
}

/** Where is counted: in Redis for all replicas, in memory because there is none, or in memory until it is back. */
export type LimitsState = 'shared' | 'memory' | 'insurance';

export interface LimitsOptions {
  /** Keeps the counters of different uses apart. */
  name: string;
  redis?: Redis;
  nowMs?: () => number;
}

/** Used points and milliseconds to the end of the window, for each limit in its order. */
export type Counts = readonly { used: number; leftMs: number }[];

/**
 * Asks all limits, and charges all of them or none: a request that one limit refuses costs nothing at the others. A window that was begun
 * keeps its end; what has no end, as after a crash of somebody else's making, gets one.
 */
const script = `
local used, left, refused = {}, {}, false
for i, key in ipairs(KEYS) do
  used[i] = tonumber(redis.call('get', key) or '0')
  left[i] = used[i] > 0 and redis.call('pttl', key) or -1
  if used[i] >= tonumber(ARGV[i * 2 - 1]) then refused = true end
end
local answer = {}
for i, key in ipairs(KEYS) do
  local windowMs = tonumber(ARGV[i * 2])
  if not refused then used[i] = redis.call('incr', key) end
  if left[i] < 0 then
    left[i] = windowMs
    if used[i] > 0 then redis.call('pexpire', key, windowMs) end
  end
  answer[i * 2 - 1] = used[i]
  answer[i * 2] = left[i]
end
answer[#KEYS * 2 + 1] = refused and 0 or 1
return answer
`;

type Scripted = Redis & { latchkeyLimits(keys: number, ...rest: (string | number)[]): Promise<number[]> };

/**
 * Several limits at once, in one round trip. With Redis away each process counts by itself, from where the shared count was when it was last
 * seen: a limit of the fleet becomes one per process, and no request fails for it.
 */
export class Limits {
  private readonly windows: CountedWindows;
  private insured = false;

  constructor(private readonly options: LimitsOptions) {
    this.windows = new CountedWindows(options.nowMs ?? (() => performance.now()));
    if (options.redis !== undefined && !('latchkeyLimits' in options.redis)) options.redis.defineCommand('latchkeyLimits', { lua: script });
  }

  get state(): LimitsState {
    if (this.options.redis === undefined) return 'memory';
    return this.insured || this.options.redis.status !== 'ready' ? 'insurance' : 'shared';
  }

  /** @param tenant  whose limits they are: what is counted for it stands together in a cluster, and nowhere near another's */
  async consume(tenant: string, limits: readonly Limit[]): Promise<LimitsDecision> {
    // The braces are what a cluster places a key by.
    const keys = limits.map(({ key }) => `ratelimit:${this.options.name}:{${tenant}}:${key}`);
    const shared = await this.shared(keys, limits);
    if (shared === null) return decisionOf(limits, this.windows.charge(keys, limits));
    this.windows.learn(keys, shared.counts);
    return decisionOf(limits, shared);
  }

  private async shared(keys: readonly string[], limits: readonly Limit[]): Promise<{ allowed: boolean; counts: Counts } | null> {
    const redis = this.options.redis as Scripted | undefined;
    if (redis?.status !== 'ready') return null;
    try {
      const answer = await redis.latchkeyLimits(keys.length, ...keys, ...limits.flatMap(({ limit, windowSeconds }) => [limit, windowSeconds * 1000]));
      this.insured = false;
      const counts = limits.map((_, index) => ({ used: Number(answer[index * 2]), leftMs: Number(answer[index * 2 + 1]) }));
      return { allowed: answer[limits.length * 2] === 1, counts };
    } catch {
      this.insured = true;
      return null;
    }
  }
}

function decisionOf(limits: readonly Limit[], { allowed, counts }: { allowed: boolean; counts: Counts }): LimitsDecision {
  let nearest = 0;
  let least = Infinity;
  for (const [index, { limit }] of limits.entries()) {
    const remaining = limit - (counts[index]?.used ?? 0);
    if (remaining >= least) continue;
    least = remaining;
    nearest = index;
  }
  return { allowed, nearest, limit: limits[nearest]?.limit ?? 0, remaining: Math.max(0, least), resetSeconds: Math.max(1, Math.ceil((counts[nearest]?.leftMs ?? 0) / 1000)) };
}
