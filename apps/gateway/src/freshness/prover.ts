import type { MonotonicClock } from '@latchkey/clock';
import type { Writer } from '@latchkey/contracts';
import { Problem } from '@latchkey/problem';
import { isFinal, type Liveness } from '../credentials/liveness.ts';
import { patOf, type Principal } from '../credentials/principal.ts';
import type { Asker, Said } from './asker.ts';
import { writersOf, type Confirmed } from './confirmed.ts';
import { stale } from './stale.ts';

/** How old what the replica knows may be: implemented by `Freshness` of `@latchkey/feed-replica`. */
export interface Proofs {
  proofAgeMs(writer: Writer): number;
  /** The same as a moment of the monotonic clock */
  provenAtMs(writer: Writer): number;
  /** Whether the replica knows everything that was committed before this call */
  fenceNow(writer: Writer, timeoutMs: number): Promise<boolean>;
}

/** A credential that lives, and since when that is known at the latest: by the oldest of the proofs that it needs. */
export interface Proven {
  principal: Principal;
  confirmed: Confirmed;
  provenAtMs: number;
}

export interface ProverOptions {
  proofs: Pick<Proofs, 'provenAtMs'>;
  asker: Pick<Asker, 'keys' | 'identity'>;
  liveness: Liveness;
  clock: MonotonicClock;
  principalOf(record: NonNullable<Confirmed['keys']>['answer']['pat']): Principal;
  onStale?: (writer: Writer) => void;
}

/** A proof that has less than this left to live is not waited for: it would run out while another writer is being asked. */
const marginMs = 100;

/** The rule of the bound: nothing is accepted that is not known to have lived within it, and what cannot be known is no refusal. */
export class Prover {
  constructor(private readonly options: ProverOptions) {}

  /**
   * Age and life are read in one synchronous step, so that nothing that blocks this process can come between them. Hot path: it answers
   * at once while the feed is well.
   * @throws Problem 401 for a credential that is dead, 503 `state_stale` for one of which nobody can say
   */
  prove(principal: Principal, confirmed: Confirmed, boundMs: number): Proven | Promise<Proven> {
    const known = this.newerThanReplica(confirmed);
    const provenAtMs = this.provenAt(principal, known);
    const death = this.options.liveness.causeOfDeath(principal, known);
    // A no that nothing takes back holds however old it is.
    if (death !== null && isFinal(death)) throw new Problem(death);
    if (this.options.clock.nowMs() - provenAtMs > boundMs) return this.askWriters(principal, known, boundMs);
    if (death !== null) throw new Problem(death);
    return { principal, confirmed: known, provenAtMs };
  }

  /** What the replica has come to know for itself since a writer spoke is newer than the writer's word, which then counts no more. */
  newerThanReplica({ identity, keys }: Confirmed): Confirmed {
    if (identity === undefined && keys === undefined) return nothing;
    return {
      ...(identity !== undefined && identity.askedAtMs > this.proofAt('identity') ? { identity } : {}),
      ...(keys !== undefined && keys.askedAtMs > this.proofAt('keys') ? { keys } : {}),
    };
  }

  /** Up to which moment everything about this credential is known, by the monotonic clock. */
  provenAt(principal: Principal, confirmed: Confirmed): number {
    let oldest = Infinity;
    for (const writer of writersOf(principal.hash !== null || principal.sourcePat !== null)) {
      oldest = Math.min(oldest, Math.max(this.proofAt(writer), confirmed[writer]?.askedAtMs ?? -Infinity));
    }
    return oldest;
  }

  private proofAt(writer: Writer): number {
    return this.options.proofs.provenAtMs(writer);
  }

  private async askWriters(principal: Principal, before: Confirmed, boundMs: number): Promise<Proven> {
    const { asker, clock, liveness, principalOf, onStale } = this.options;
    const isOld = (writer: Writer): boolean => clock.nowMs() - Math.max(this.proofAt(writer), before[writer]?.askedAtMs ?? -Infinity) > boundMs - marginMs;
    const pat = patOf(principal);
    const asksIdentity = isOld('identity');
    const [keys, identity] = await Promise.all([
      pat !== null && isOld('keys') ? asker.keys(pat) : undefined,
      asksIdentity ? asker.identity(principal) : undefined,
    ]);
    // A no of one outweighs the silence of the other.
    refuseIfNo(keys);
    refuseIfNo(identity);
    if (keys === null) onStale?.('keys');
    if (identity === null) onStale?.('identity');
    if (keys === null || identity === null) throw stale();

    const confirmed: Confirmed = {
      ...before,
      ...(keys?.yes === undefined ? {} : { keys: keys.yes }),
      ...(identity?.yes === undefined ? {} : { identity: identity.yes }),
    };
    // The key as its writer has it: it may have been narrowed since the replica heard of it.
    const asOfNow = confirmed.keys === undefined || principal.kind !== 'pat' ? principal : principalOf(confirmed.keys.answer.pat);
    const provenAtMs = this.provenAt(asOfNow, confirmed);
    const death = liveness.causeOfDeath(asOfNow, confirmed);
    if (death !== null) throw new Problem(death);
    if (clock.nowMs() - provenAtMs > boundMs) throw stale();
    return { principal: asOfNow, confirmed, provenAtMs };
  }
}

export const nothing: Confirmed = Object.freeze({});

function refuseIfNo(said: Said<unknown & { active: true }> | undefined): void {
  if (said?.no !== undefined) throw new Problem(said.no);
}
