import type { Redis } from './redis.ts';
import { CountedWindows, type Window } from './counted-windows.ts';

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
 * Asks all limits, and charges all of them or none: a request that one limit refuses costs nothing at the others. Of each it takes as many as
 * are wanted, while no more than four fifths of the limit are used, and then one; none of what is in hand already. A window that was begun keeps
 * its end; what has no end, as after a crash of somebody else's making, gets one.
 */
const script = `
local used, left, refused = {}, {}, false
for i, key in ipairs(KEYS) do
  used[i] = tonumber(redis.call('get', key) or '0')
  left[i] = used[i] > 0 and redis.call('pttl', key) or -1
  if tonumber(ARGV[i * 3]) > 0 and used[i] >= tonumber(ARGV[i * 3 - 2]) then refused = true end
end
local answer = {}
for i, key in ipairs(KEYS) do
  local windowMs, take = tonumber(ARGV[i * 3 - 1]), tonumber(ARGV[i * 3])
  if take > 1 then take = math.max(1, math.min(take, math.floor(tonumber(ARGV[i * 3 - 2]) * 0.8) - used[i])) end
  if refused then take = 0 end
  if take > 0 then used[i] = redis.call('incrby', key, take) end
  if left[i] < 0 then
    left[i] = windowMs
    if used[i] > 0 then redis.call('pexpire', key, windowMs) end
  end
  answer[i * 3 - 2] = used[i]
  answer[i * 3 - 1] = left[i]
  answer[i * 3] = take
end
answer[#KEYS * 3 + 1] = refused and 0 or 1
return answer
`;

interface Named {
  tenant: string;
  keys: readonly string[];
  windows: (Window | undefined)[];
}

type Scripted = Redis & { latchkeyLimits(keys: number, ...rest: (string | number)[]): Promise<number[]> };

/**
 * Several limits at once, in one round trip at most: what a process will need soon it takes in advance (`Advance`). With Redis away each
 * process counts by itself, from where the shared count was when it was last seen: a limit of the fleet becomes one per process, and no request
 * fails for it.
 */
export class Limits {
  private readonly windows: CountedWindows;
  private readonly nowMs: () => number;
  /** Lists of limits that come again, by what they are counted under and where that was counted the last time. */
  private readonly named = new WeakMap<readonly Limit[], Named>();
  private insured = false;
  /** Questions to Redis so far, each about all limits of a request. */
  readonly trips = { answered: 0, failed: 0 };

  constructor(private readonly options: LimitsOptions) {
    this.nowMs = options.nowMs ?? (() => performance.now());
    this.windows = new CountedWindows(this.nowMs);
    if (options.redis !== undefined && !('latchkeyLimits' in options.redis)) options.redis.defineCommand('latchkeyLimits', { lua: script });
  }

  get state(): LimitsState {
    if (this.options.redis === undefined) return 'memory';
    return this.insured || this.options.redis.status !== 'ready' ? 'insurance' : 'shared';
  }

  /**
   * Hot path: it answers at once where nobody has to be asked.
   * @param tenant  whose limits they are: what is counted for it stands together in a cluster, and nowhere near another's
   */
  consume(tenant: string, limits: readonly Limit[]): LimitsDecision | Promise<LimitsDecision> {
    const named = this.namesOf(tenant, limits);
    const redis = this.options.redis as Scripted | undefined;
    if (redis?.status !== 'ready') return decided(limits, this.windows.charge(named.keys, limits));
    return this.spend(named, limits) ?? this.ask(redis, named, limits);
  }

  private namesOf(tenant: string, limits: readonly Limit[]): Named {
    const known = this.named.get(limits);
    if (known?.tenant === tenant) return known;
    // The braces are what a cluster places a key by.
    const keys = limits.map(({ key }) => `ratelimit:${this.options.name}:{${tenant}}:${key}`);
    const named = { tenant, keys, windows: keys.map(() => undefined) };
    this.named.set(limits, named);
    return named;
  }

  /** A window stays the same for as long as it is open. */
  private windowAt({ keys, windows }: Named, index: number, nowMs: number): Window | undefined {
    const known = windows[index];
    if (known !== undefined && known.endsAtMs > nowMs) return known;
    return (windows[index] = this.windows.open(keys[index] ?? '', nowMs));
  }

  /** From what is in hand of every limit. @returns null where that is not enough */
  private spend(named: Named, limits: readonly Limit[]): LimitsDecision | null {
    const nowMs = this.nowMs();
    for (let index = 0; index < limits.length; index += 1) {
      const window = this.windowAt(named, index, nowMs);
      // A limit may be lower by now than it was when this was taken.
      if (window === undefined || window.advance.left === 0 || usedOf(window) >= (limits[index]?.limit ?? 0)) return null;
    }
    const { windows } = named;
    for (const window of windows) if (window !== undefined) window.advance.left -= 1;
    return decisionOf(limits, true, (index) => usedOf(windows[index]), (index) => (windows[index]?.endsAtMs ?? 0) - nowMs);
  }

  private async ask(redis: Scripted, named: Named, limits: readonly Limit[]): Promise<LimitsDecision> {
    const { keys } = named;
    const askedAtMs = this.nowMs();
    // What is in hand of one limit is kept for this request while the others are asked.
    const windows = keys.map((key) => this.windows.open(key, askedAtMs));
    const wants = windows.map((window, index) => reserve(window, limits[index]?.limit ?? 0, askedAtMs));
    try {
      const answer = await redis.latchkeyLimits(keys.length, ...keys, ...limits.flatMap(({ limit, windowSeconds }, index) => [limit, windowSeconds * 1000, wants[index] ?? 1]));
      this.insured = false;
      this.trips.answered += 1;
      const allowed = answer[limits.length * 3] === 1;
      const counts = this.learn(keys, windows, wants, answer, allowed);
      // What was taken for later may have come while this was asked.
      return (allowed ? null : this.spend(named, limits)) ?? decided(limits, { allowed, counts });
    } catch {
      this.insured = true;
      this.trips.failed += 1;
      for (const [index, window] of windows.entries()) giveBack(window, wants[index], this.nowMs());
      return decided(limits, this.windows.charge(keys, limits));
    } finally {
      for (const window of windows) if (window !== undefined) window.advance.asking -= 1;
    }
  }

  private learn(keys: readonly string[], before: readonly (Window | undefined)[], wants: readonly number[], answer: readonly number[], allowed: boolean): Counts {
    const nowMs = this.nowMs();
    return keys.map((key, index) => {
      const [used, leftMs, taken] = [Number(answer[index * 3]), Number(answer[index * 3 + 1]), Number(answer[index * 3 + 2])];
      if (!allowed) giveBack(before[index], wants[index], nowMs);
      const window = this.windows.learn(key, used, nowMs + leftMs, nowMs);
      if (taken > 0) window.advance.took(taken - 1, nowMs);
      return { used: usedOf(window), leftMs };
    });
  }
}

/** @returns how much is asked for; 0 where this request takes what is in hand */
function reserve(window: Window | undefined, limit: number, nowMs: number): number {
  if (window === undefined) return 1;
  const { advance } = window;
  const inHand = advance.left > 0 && window.used - advance.left < limit;
  if (inHand) advance.left -= 1;
  const wanted = inHand ? 0 : advance.wanted(limit, nowMs);
  advance.asking += 1;
  return wanted;
}

function giveBack(window: Window | undefined, wanted: number | undefined, nowMs: number): void {
  if (wanted === 0 && window !== undefined && window.endsAtMs > nowMs) window.advance.left += 1;
}

/** What requests have used, and none is kept for. */
const usedOf = (window: Window | undefined): number => (window === undefined ? 0 : window.used - window.advance.left);

function decisionOf(limits: readonly Limit[], allowed: boolean, usedAt: (index: number) => number, leftMsAt: (index: number) => number): LimitsDecision {
  let nearest = 0;
  let least = Infinity;
  for (let index = 0; index < limits.length; index += 1) {
    const remaining = (limits[index]?.limit ?? 0) - usedAt(index);
    if (remaining >= least) continue;
    least = remaining;
    nearest = index;
  }
  return { allowed, nearest, limit: limits[nearest]?.limit ?? 0, remaining: Math.max(0, least), resetSeconds: Math.max(1, Math.ceil(leftMsAt(nearest) / 1000)) };
}

const decided = (limits: readonly Limit[], { allowed, counts }: { allowed: boolean; counts: Counts }): LimitsDecision =>
  decisionOf(limits, allowed, (index) => counts[index]?.used ?? 0, (index) => counts[index]?.leftMs ?? 0);
