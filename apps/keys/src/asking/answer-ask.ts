import { deathAtKeys } from '@latchkey/access';
import type { KeysAnswer, KeysAsk } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { FindKey } from '../personal-access-tokens/find-key.ts';
import { patRecord } from '../personal-access-tokens/pat-record.ts';

/** Tells a gateway that has lost the feed whether a key lives, by its row at this moment. Whether it has expired is told by the clock there. */
@Injectable()
export class AnswerAsk {
  constructor(private readonly findKey: FindKey) {}

  async run(ask: KeysAsk): Promise<KeysAnswer> {
    const row = await ('hash' in ask ? this.findKey.byHash(Buffer.from(ask.hash, 'base64url')) : this.findKey.byId(ask.id));
    const death = deathAtKeys(row);
    if (row !== null && death === null) return { active: true, pat: patRecord(row) };
    return { active: false, code: death === 'token_revoked' ? death : 'token_unknown' };
  }
}
