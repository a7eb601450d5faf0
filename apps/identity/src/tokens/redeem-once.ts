import { Injectable } from '@nestjs/common';
import { errors } from 'oidc-provider';
import { findById } from '../provider/adapter.ts';
import { idHash } from '../provider/id-hash.ts';
import { prepared } from '../provider/prepared.ts';
import { UnitOfWork } from '../provider/unit-of-work.ts';
import { aheadOf, ReadAhead, type Ahead } from './read-ahead.ts';
import { Turns } from './turns.ts';

interface Held extends Ahead {
  used: boolean;
  raced: boolean | null;
  living: boolean;
}

const hold = {
  name: 'hold-code',
  text: aheadOf(
    `SELECT payload, consumed_at IS NOT NULL AS used, consumed_at > now() AS raced, expires_at IS NULL OR expires_at > now() AS living
     FROM artifacts WHERE kind = $1 AND id_hash = $2 FOR UPDATE`,
    3,
  ),
};

/**
 * Redeems a code in one transaction, behind a lock on its row. Of requests that race, one wins and the others get `invalid_grant`; a
 * request that comes once the code is used revokes what came of it (RFC 6749 section 4.1.2, AS-54).
 */
@Injectable()
export class RedeemOnce {
  private readonly turns = new Turns();

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly readAhead: ReadAhead,
  ) {}

  run(kind: 'AuthorizationCode' | 'DeviceCode', code: string, clientId: string, handle: () => Promise<void>): Promise<void> {
    const hash = idHash(code);
    return this.turns.take(hash.toString('base64'), (waited) =>
      this.unitOfWork.transaction(async (manager) => {
        const [held] = await prepared<Held>(manager, hold, [kind, hash, ...this.readAhead.parameters(clientId)]);
        // now() is when this transaction began: a code used after that was used by one that ran beside it, maybe at another replica.
        if (held?.used === true && (waited || held.raced === true)) throw new errors.InvalidGrant('code already used');
        if (held !== undefined && !held.used) {
          if (held.living) this.unitOfWork.foresee(findById, [kind, hash], [{ payload: held.payload, consumed: null }]);
          this.readAhead.note(clientId, held);
        }
        await handle();
      }),
    );
  }
}
