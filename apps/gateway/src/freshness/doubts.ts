import type { MonotonicClock } from '@latchkey/clock';
import type { KeysAsk, Writer } from '@latchkey/contracts';
import { Problem } from '@latchkey/problem';
import { isFinal, type Liveness } from '../credentials/liveness.ts';
import type { Principal } from '../credentials/principal.ts';
import type { Asker } from './asker.ts';
import { writersOf, type Confirmed } from './confirmed.ts';
import { nothing, type Proofs } from './prover.ts';
import { stale } from './stale.ts';

/** What a refusal that only absence speaks for is about. */
export interface Doubt {
  /** The PAT that the credential is, or was cut from; null where there is none */
  pat: KeysAsk | null;
  /** Looks in the replica, as it is at that moment */
  look(): Principal | null;
  /** What failures of this credential are remembered by */
  key: string;
}

export interface DoubtsOptions {
  proofs: Proofs;
  asker: Pick<Asker, 'keys' | 'identity'>;
  liveness: Liveness;
  clock: MonotonicClock;
  principalOf(record: NonNullable<Confirmed['keys']>['answer']['pat']): Principal;
  onStale?: (writer: Writer) => void;
}

/** A fence may wait for a drain that waits for its turn; past this the feed is not well. */
const fenceMs = 1000;
/** After a fence that failed, nobody waits for another one for this long. */
const fencePauseMs = 1000;
const refusedMs = 2000;
const refusedLimit = 10_000;

type Code = 'token_unknown' | 'owner_disabled';

/**
 * A key that the replica has never heard of, or an owner without a membership there, may be a moment old. So absence is only believed
 * after a fence that was sent later, or when the writer itself says so.
 */
export class Doubts {
  /** Two seconds stale: a credential found wanting is refused again without a fence. */
  private readonly refused = new Map<string, { code: Code; untilMs: number }>();
  private fenceFailedAtMs: Record<Writer, number> = { identity: -Infinity, keys: -Infinity };

  constructor(private readonly options: DoubtsOptions) {}

  /**
   * @param admit  called before anything is sent anywhere; throws for an address that has guessed too often
   * @throws Problem 401 when the doubt has proven right, 503 `state_stale` when nobody can say
   */
  async settle(doubt: Doubt, admit: () => Promise<void>): Promise<{ principal: Principal; confirmed: Confirmed }> {
    const { clock, liveness } = this.options;
    const known = this.refused.get(doubt.key);
    if (known !== undefined && clock.nowMs() < known.untilMs) throw new Problem(known.code);
    await admit();
    const fenced = await Promise.all(writersOf(doubt.pat !== null).map((writer) => this.fence(writer)));
    const principal = doubt.look();
    const death = principal === null ? 'token_unknown' : liveness.causeOfDeath(principal);
    if (principal !== null && death === null) return { principal, confirmed: nothing };
    if (death !== null && isFinal(death)) throw new Problem(death);
    if (fenced.every(Boolean)) throw this.refuse(doubt.key, death === 'owner_disabled' ? death : 'token_unknown');
    return this.askWriters(doubt, principal);
  }

  private async fence(writer: Writer): Promise<boolean> {
    const { proofs, clock } = this.options;
    if (clock.nowMs() - this.fenceFailedAtMs[writer] < fencePauseMs) return false;
    const proven = await proofs.fenceNow(writer, fenceMs);
    if (!proven) this.fenceFailedAtMs[writer] = clock.nowMs();
    return proven;
  }

  private async askWriters({ pat, key }: Doubt, found: Principal | null): Promise<{ principal: Principal; confirmed: Confirmed }> {
    const { asker, liveness, principalOf, onStale } = this.options;
    const keys = pat === null ? undefined : await asker.keys(pat);
    if (keys === null) onStale?.('keys');
    if (keys === null) throw stale();
    if (keys?.no !== undefined) throw this.refuse(key, keys.no);
    // An exchanged token stays what it is; the key behind it is looked at by whoever judges it.
    const principal = keys === undefined || found?.kind === 'access_token' ? found : principalOf(keys.yes.answer.pat);
    if (principal === null) throw new Problem('token_unknown');
    let confirmed: Confirmed = keys === undefined ? nothing : { keys: keys.yes };
    if (liveness.causeOfDeath(principal, confirmed) === 'owner_disabled') {
      const identity = await asker.identity(principal);
      if (identity === null) onStale?.('identity');
      if (identity === null) throw stale();
      if (identity.no !== undefined) throw this.refuse(key, identity.no);
      confirmed = { ...confirmed, identity: identity.yes };
    }
    const death = liveness.causeOfDeath(principal, confirmed);
    if (death !== null) throw new Problem(death);
    return { principal, confirmed };
  }

  private refuse(key: string, code: 'token_unknown' | 'token_revoked' | 'owner_disabled'): Problem {
    if (code !== 'token_revoked') {
      this.refused.delete(key);
      this.refused.set(key, { code, untilMs: this.options.clock.nowMs() + refusedMs });
      const oldest = this.refused.size > refusedLimit ? this.refused.keys().next() : undefined;
      if (oldest !== undefined && oldest.done !== true) this.refused.delete(oldest.value);
    }
    return new Problem(code);
  }
}
