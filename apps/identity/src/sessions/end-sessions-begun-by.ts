import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AuditAuthor } from '../audit/record-audit.ts';
import { EndSession } from '../grants/end-session.ts';

/**
 * Ends what stands on the word of a provider alone, once its identity is taken from the account: whoever came in by it is out again, with the
 * tokens that name the session. Where the account's password was shown too, that is enough.
 */
@Injectable()
export class EndSessionsBegunBy {
  constructor(private readonly endSession: EndSession) {}

  /** @param provider  key of the provider @returns how many */
  async run(manager: EntityManager, { userId, provider }: { userId: string; provider: string }, by: AuditAuthor): Promise<number> {
    const mark = `idp:${provider}`;
    const [, console] = await manager.query<[unknown, number]>("DELETE FROM console_sessions WHERE user_id = $1 AND $2 = ANY(amr) AND NOT 'pwd' = ANY(amr)", [userId, mark]);
    await manager.query("DELETE FROM pending_sign_ins WHERE user_id = $1 AND $2 = ANY(amr) AND NOT 'pwd' = ANY(amr)", [userId, mark]);
    // A sign-in that was not taken up yet would become a session afterwards.
    await manager.query(
      `DELETE FROM artifacts WHERE kind = 'Interaction' AND payload->'result'->'login'->>'accountId' = $1
         AND payload->'result'->'login'->'amr' @> to_jsonb($2::text) AND NOT payload->'result'->'login'->'amr' @> '"pwd"'`,
      [userId, mark],
    );
    const browsers = await manager.query<{ uid: string }[]>(
      `SELECT uid FROM artifacts WHERE kind = 'Session' AND payload->>'accountId' = $1 AND uid IS NOT NULL
         AND payload->'amr' @> to_jsonb($2::text) AND NOT payload->'amr' @> '"pwd"' ORDER BY uid`,
      [userId, mark],
    );
    for (const { uid } of browsers) await this.endSession.within(manager, uid, by);
    return console + browsers.length;
  }
}
