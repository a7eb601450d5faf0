import { Inject, Injectable } from '@nestjs/common';
import { consistencyOf, stage } from '@latchkey/feed-writer';
import { DataSource, type EntityManager } from 'typeorm';
import { byIdentity, recordAudit, type AuditAuthor } from '../audit/record-audit.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { grantSeconds, tombstoneSeconds } from '../provider/lifetimes.ts';

/**
 * Ends a sign-in session for good: the browser is signed out, access tokens that name it as `sid` die, and its refresh tokens bring no
 * more. (An ordinary sign-out touches the browser only: clients stay connected, AS-51.)
 */
@Injectable()
export class EndSession {
  constructor(
    private readonly dataSource: DataSource,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
  ) {}

  /** @returns the state in which gateways know of it; null where it had ended before */
  run(uid: string, by: AuditAuthor = byIdentity): Promise<string | null> {
    return this.dataSource.transaction((manager) => this.within(manager, uid, by));
  }

  /** The same as a part of something larger. */
  async within(manager: EntityManager, uid: string, by: AuditAuthor): Promise<string | null> {
    const rows = await manager.query<{ at: string }[]>(
      `WITH ended AS (
         INSERT INTO ended_sessions (uid, expires_at) VALUES ($1, now() + make_interval(secs => $2)) ON CONFLICT DO NOTHING RETURNING ended_at
       )
       SELECT floor(extract(epoch FROM ended_at))::text AS at FROM ended`,
      [uid, grantSeconds],
    );
    await manager.query("DELETE FROM artifacts WHERE kind = 'Session' AND uid = $1", [uid]);
    if (rows[0] === undefined) return null;
    const endedAt = Number(rows[0].at);
    const record = { kind: 'session', id: uid, endedAt, expiresAt: endedAt + tombstoneSeconds(this.env) } as const;
    const version = await stage(manager, record);
    await recordAudit(manager, { org: null, ...by, action: 'session.ended', target: { kind: 'session', id: uid } });
    return consistencyOf(record, version);
  }
}
