import { requestHeaders, type Writer } from '@latchkey/contracts';
import { Problem } from '@latchkey/problem';
import { readConsistency } from '../../freshness/consistency.ts';
import type { Proofs } from '../../freshness/prover.ts';
import { stale } from '../../freshness/stale.ts';
import type { Stage } from '../stage.ts';

export interface AwaitConsistencyOptions {
  proofs: Pick<Proofs, 'fenceNow'>;
  replica: { versionOf(writer: Writer, subject: string): number | undefined };
}

/** A fence takes milliseconds where all is well. */
const waitMs = 2000;
/** Who waits at once; more are told to come again. */
const waitingLimit = 1000;

/**
 * A caller that sends back what it was told of a change is not judged on what was before it: what the replica has not heard of yet is waited
 * for by a fence, which everything that was committed before it has passed. Before the route and the credential are looked at, because
 * the change may be of either.
 */
export function awaitConsistency({ proofs, replica }: AwaitConsistencyOptions): Stage {
  let waiting = 0;
  return {
    name: 'awaitConsistency',
    statuses: [400, 503],
    run({ request }) {
      const given = request.headers[requestHeaders.consistency];
      if (given === undefined) return;
      const wanted = typeof given === 'string' ? readConsistency(given) : null;
      if (wanted === null) throw new Problem('invalid_request', { detail: 'X-Consistency: send what an answer called consistency, as it was.' });
      if ((replica.versionOf(wanted.writer, wanted.subject) ?? 0) >= wanted.version) return;
      if (waiting >= waitingLimit) throw stale();
      waiting += 1;
      return proofs.fenceNow(wanted.writer, waitMs).then((isProven) => {
        if (!isProven) throw stale();
      }).finally(() => { waiting -= 1; });
    },
  };
}
