import { Injectable } from '@nestjs/common';
import { errors } from 'oidc-provider';
import { idHash } from '../provider/id-hash.ts';
import { UnitOfWork } from '../provider/unit-of-work.ts';
import { Turns } from './turns.ts';

/**
 * Redeems a code in one transaction, behind a lock on its row. Of requests that race, one wins and the others get `invalid_grant`; a
 * request that comes once the code is used revokes what came of it (RFC 6749 section 4.1.2, AS-54).
 */
@Injectable()
export class RedeemOnce {
  private readonly turns = new Turns();

  constructor(private readonly unitOfWork: UnitOfWork) {}

  run(kind: 'AuthorizationCode' | 'DeviceCode', code: string, handle: () => Promise<void>): Promise<void> {
    const hash = idHash(code);
    return this.turns.take(hash.toString('base64'), (waited) =>
      this.unitOfWork.transaction(async (manager) => {
        const rows = await manager.query<{ used: boolean; raced: boolean }[]>(
          'SELECT consumed_at IS NOT NULL AS used, consumed_at > now() AS raced FROM artifacts WHERE kind = $1 AND id_hash = $2 FOR UPDATE',
          [kind, hash],
        );
        // now() is when this transaction began: a code used after that was used by one that ran beside it, maybe at another replica.
        if (rows[0]?.used === true && (waited || rows[0].raced)) throw new errors.InvalidGrant('code already used');
        await handle();
      }),
    );
  }
}
