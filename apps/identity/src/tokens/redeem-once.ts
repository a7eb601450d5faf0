import { prepared } from '@latchkey/postgres';
import { currentRequest } from '@latchkey/service';
import { Injectable } from '@nestjs/common';
import { errors } from 'oidc-provider';
import { findById } from '../provider/adapter.ts';
import { idHash } from '../provider/id-hash.ts';
import { UnitOfWork } from '../provider/unit-of-work.ts';
import { aheadOf, ReadAhead, type Ahead } from './read-ahead.ts';
import { Turns } from './turns.ts';

/**
 * The row as it is once whoever else holds it is done. A use that was not committed when this statement began ran beside it, and so did one
 * after this request had arrived. Clocks of replicas may differ, and so the one of the database tells how long ago the use was.
 */
const hold = {
  name: 'hold-code',
  text: `WITH held AS (SELECT consumed_at FROM artifacts WHERE kind = $1 AND id_hash = $2 FOR UPDATE)
    SELECT consumed_at IS NOT NULL AS used, extract(epoch FROM clock_timestamp() - consumed_at)::float8 AS "usedSecondsAgo",
      EXISTS (SELECT 1 FROM artifacts seen WHERE seen.kind = $1 AND seen.id_hash = $2 AND seen.consumed_at IS NULL) AS "wasUnused"
    FROM held`,
};

/** What the code leads to, asked behind the lock of the statement before, with which it travels; it uses nothing up. */
const ahead = {
  name: 'ahead-of-code',
  text: aheadOf('SELECT payload FROM artifacts WHERE kind = $1 AND id_hash = $2 AND consumed_at IS NULL AND expires_at > now()', 3),
};

interface Held {
  used: boolean;
  usedSecondsAgo: number | null;
  wasUnused: boolean;
}

/** Asked once the answer is here: what it took on its way counts for the request, and never against it. */
const ranBeside = ({ usedSecondsAgo, wasUnused }: Held): boolean => wasUnused || (usedSecondsAgo !== null && usedSecondsAgo < secondsSinceArrival());

/** Long after it, the clock of the database tells as well. */
const rememberedMs = 10_000;

/** When this process was done with using codes: of a use of its own it need not guess by the clock of another. */
class OwnUses {
  private readonly doneAtMs = new Map<string, number>();

  note(code: string): void {
    const nowMs = performance.now();
    this.doneAtMs.set(code, nowMs);
    for (const [old, atMs] of this.doneAtMs) {
      if (nowMs - atMs < rememberedMs) break;
      this.doneAtMs.delete(old);
    }
  }

  /** Whether the request that is served had arrived before the use was done; undefined where it was none of this process. */
  ranBeside(code: string): boolean | undefined {
    const [doneAtMs, request] = [this.doneAtMs.get(code), currentRequest()];
    return doneAtMs === undefined || request === undefined ? undefined : request.arrivedAtMs < doneAtMs;
  }
}

function secondsSinceArrival(): number {
  const request = currentRequest();
  return request === undefined ? 0 : (performance.now() - request.arrivedAtMs) / 1000;
}

/**
 * Redeems a code in one transaction, behind a lock on its row. Of requests that race, one wins and the others get `invalid_grant`; a
 * request that comes once the code is used revokes what came of it (RFC 6749 section 4.1.2, AS-54).
 */
@Injectable()
export class RedeemOnce {
  private readonly turns = new Turns();
  private readonly ownUses = new OwnUses();

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly readAhead: ReadAhead,
  ) {}

  run(kind: 'AuthorizationCode' | 'DeviceCode', code: string, clientId: string, handle: () => Promise<void>): Promise<void> {
    const hash = idHash(code);
    const key = hash.toString('base64');
    return this.turns.take(key, async (waited) => {
      await this.unitOfWork.transaction(async (manager) => {
        const [[held], [known]] = await Promise.all([
          prepared<Held>(manager, hold, [kind, hash]),
          prepared<Ahead>(manager, ahead, [kind, hash, ...this.readAhead.parameters(clientId)]),
        ]);
        if (held?.used === true && (waited || (this.ownUses.ranBeside(key) ?? ranBeside(held)))) throw new errors.InvalidGrant('code already used');
        if (known !== undefined) {
          this.unitOfWork.foresee(findById, [kind, hash], [{ payload: known.payload, consumed: null }]);
          this.readAhead.note(clientId, known);
        }
        await handle();
      });
      this.ownUses.note(key);
    });
  }
}
