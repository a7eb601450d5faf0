import { setTimeout as sleep } from 'node:timers/promises';
import { AttemptError, type Target } from './attempt.ts';
import type { Excuses } from './excuses.ts';
import type { Credential } from './observer.ts';
import type { Population } from './population.ts';
import { Tally } from './tally.ts';

export interface Revocation {
  /** For the figures */
  kind: string;
  /** Every credential that it ends */
  victims: readonly Credential[];
  /** Idempotent. @throws AttemptError when it was not acknowledged */
  attempt(): Promise<void>;
}

const retryMs = 400;
/** After the last fault everything works: what is not acknowledged within this never will be. */
const patienceMs = 10_000;

/** Carries revocations out, each until it is acknowledged, and keeps what went wrong on the way. */
export class Revoking {
  readonly done = new Tally();
  /** Failures while the one who failed was down on purpose, or by a gateway that could not know. */
  readonly excused = new Tally();
  /** Failures of a writer that nothing excuses: NATS being away does not. */
  readonly failures: string[] = [];
  #untilMs = Infinity;

  constructor(
    private readonly population: Population,
    private readonly excuses: Excuses,
  ) {}

  /** Nothing is broken any more, or nothing more is wanted. */
  endSoon(): void {
    this.#untilMs = performance.now() + patienceMs;
  }

  /** @returns when it was first asked for */
  async carryOut({ kind, victims, attempt }: Revocation): Promise<number> {
    const askedAtMs = performance.now();
    this.population.markDying(victims);
    for (;;) {
      const sinceMs = performance.now();
      try {
        await attempt();
        break;
      } catch (error) {
        if (!(error instanceof AttemptError)) throw error;
        this.#note(error, kind, sinceMs);
      }
      if (performance.now() > this.#untilMs) {
        this.failures.push(`${kind}: never acknowledged`);
        return askedAtMs;
      }
      await sleep(retryMs);
    }
    this.population.markDead(victims);
    this.done.add(kind);
    return askedAtMs;
  }

  #note({ target, message }: AttemptError, kind: string, sinceMs: number): void {
    const nowMs = performance.now();
    if (target === 'gateway' || this.excuses.cover(target, sinceMs, nowMs)) return this.excused.add(`at ${target}`);
    const writers: readonly Target[] = target === 'postgres' ? ['postgres'] : [target, 'postgres'];
    if (writers.some((one) => this.excuses.cover(one, sinceMs, nowMs))) return this.excused.add(`at ${target}`);
    this.failures.push(`${kind} at ${target} from ${sinceMs.toFixed(0)} to ${nowMs.toFixed(0)}: ${message}`);
  }
}
