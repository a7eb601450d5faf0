import { Problem } from '@latchkey/problem';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { FindKey } from '../find-key.ts';
import type { PatEntity } from '../pat.entity.ts';
import type { Principal } from '../principal.ts';
import { statusOf } from '../status.ts';

/** The key that was presented. */
@Injectable()
export class PresentedKey {
  constructor(private readonly findKey: FindKey) {}

  /**
   * Locked against a revocation that commits before its offspring does; null for who comes without one.
   * @throws Problem `token_unknown`, `token_revoked` or `token_expired`
   */
  async find(manager: EntityManager, principal: Principal, now: Date): Promise<PatEntity | null> {
    if (principal.pat === null) return null;
    const row = await this.findKey.toBeReliedOn(manager, principal.pat);
    if (row === null || row.org !== principal.org || row.owner !== principal.user) throw new Problem('token_unknown');
    const status = statusOf(row, now);
    if (status === 'revoked') throw new Problem('token_revoked');
    if (status === 'expired') throw new Problem('token_expired');
    return row;
  }
}
