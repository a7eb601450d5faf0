import { deathAtKeys } from '@latchkey/access';
import type { KeysAnswer, KeysAsk } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { PatEntity } from '../personal-access-tokens/pat.entity.ts';
import { patRecord } from '../personal-access-tokens/pat-record.ts';

/** Tells a gateway that has lost the feed whether a key lives, by its row at this moment. Whether it has expired is told by the clock there. */
@Injectable()
export class AnswerAsk {
  constructor(private readonly dataSource: DataSource) {}

  async run(ask: KeysAsk): Promise<KeysAnswer> {
    const where = 'hash' in ask ? { hash: Buffer.from(ask.hash, 'base64url') } : { id: ask.id };
    const row = await this.dataSource.manager.findOneBy(PatEntity, where);
    const death = deathAtKeys(row);
    if (row !== null && death === null) return { active: true, pat: patRecord(row) };
    return { active: false, code: death === 'token_revoked' ? death : 'token_unknown' };
  }
}
