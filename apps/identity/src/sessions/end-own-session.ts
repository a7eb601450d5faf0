import type { EndedSession } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { Problem } from '@latchkey/problem';
import { DataSource } from 'typeorm';
import { recordAudit, type AuditAuthor } from '../audit/record-audit.ts';
import { EndSession } from '../grants/end-session.ts';
import { ListSessions } from './list-sessions.ts';

/** Ends where a person is signed in: one place, or all but one. Tokens that name a browser's session die with it. */
@Injectable()
export class EndOwnSession {
  constructor(
    private readonly dataSource: DataSource,
    private readonly listSessions: ListSessions,
    private readonly endSession: EndSession,
  ) {}

  /** @throws Problem `not_found` for what is no session of this person */
  async one(userId: string, id: string, by: AuditAuthor): Promise<EndedSession> {
    const session = (await this.listSessions.all(userId)).find((candidate) => candidate.id === id);
    if (session === undefined) throw new Problem('not_found');
    if (session.kind === 'browser') return { id, consistency: await this.endSession.run(id, by) };
    await this.dataSource.transaction(async (manager) => {
      const rows = await manager.query<[unknown[], number]>("DELETE FROM console_sessions WHERE id_hash = decode($1, 'hex') AND user_id = $2", [id, userId]);
      if (rows[1] === 0) return;
      await recordAudit(manager, { org: null, ...by, action: 'session.ended', target: { kind: 'user', id: userId }, details: { session: 'console' } });
    });
    return { id, consistency: null };
  }

  /** @param keep  the id of the session that stays; null for none @returns how many ended */
  async others(userId: string, keep: string | null, by: AuditAuthor): Promise<number> {
    const sessions = (await this.listSessions.all(userId)).filter(({ id }) => id !== keep);
    for (const { id } of sessions) {
      await this.one(userId, id, by).catch((error: unknown) => {
        // It has ended by itself meanwhile.
        if (!(error instanceof Problem) || error.code !== 'not_found') throw error;
      });
    }
    return sessions.length;
  }
}
