import { Inject, Injectable } from '@nestjs/common';
import { consistencyOf, stage } from '@latchkey/feed-writer';
import { DataSource, type EntityManager } from 'typeorm';
import type { AuditAuthor } from '../audit/record-audit.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { tombstoneSeconds } from '../provider/lifetimes.ts';
import type { AuthorizationEntity } from './authorization.entity.ts';
import { Consents } from './consents.ts';
import { revokeAuthorization, type Revocation } from './revoke-authorization.ts';

/** Most grants that one request ends; whoever has more asks again. */
const mostAtOnce = 2000;

/** Disconnects programs, and forgets that they were ever allowed: when they come back, a person is asked. */
@Injectable()
export class EndGrants {
  constructor(
    private readonly dataSource: DataSource,
    private readonly consents: Consents,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
  ) {}

  /** Ends one, found by whoever asks; what was allowed in another organization is another matter. Once more changes nothing, and tells the first moment. */
  one({ grantId, userId, clientId, org }: AuthorizationEntity, by: AuditAuthor): Promise<Revocation> {
    return this.dataSource.transaction(async (manager) => {
      await this.consents.forget(manager, { userId, clientId, org });
      return (await revokeAuthorization(manager, grantId, tombstoneSeconds(this.env), by)) ?? (await this.tellAgain(manager, grantId));
    });
  }

  /** Ends all that live of a client in an organization, or of a user there. @returns how many, and the last position in the feed */
  where(only: { org: string; client?: string | undefined; user?: string | undefined }, by: AuditAuthor): Promise<{ revoked: number; consistency: string | null }> {
    return this.dataSource.transaction(async (manager) => {
      await this.consents.forget(manager, { userId: only.user, clientId: only.client, org: only.org });
      // In the order of their subjects, as for all that is staged in one transaction.
      const alive = await manager.query<{ id: string }[]>(
        `SELECT grant_id AS id FROM authorizations
         WHERE org = $1 AND ($2::text IS NULL OR client_id = $2) AND ($3::uuid IS NULL OR user_id = $3) AND revoked_at IS NULL AND expires_at > now()
         ORDER BY grant_id LIMIT ${mostAtOnce}`,
        [only.org, only.client ?? null, only.user ?? null],
      );
      let revoked = 0;
      let consistency: string | null = null;
      for (const { id } of alive) {
        const ended = await revokeAuthorization(manager, id, tombstoneSeconds(this.env), by);
        if (ended === null) continue;
        revoked += 1;
        consistency = ended.consistency;
      }
      return { revoked, consistency };
    });
  }

  /** Whoever revokes again may doubt that it was told; telling twice is harmless. */
  private async tellAgain(manager: EntityManager, grantId: string): Promise<Revocation> {
    const [row] = await manager.query<{ at: number; now: number }[]>(
      `SELECT floor(extract(epoch FROM revoked_at))::integer AS at, floor(extract(epoch FROM now()))::integer AS now FROM authorizations WHERE grant_id = $1`,
      [grantId],
    );
    if (row === undefined) throw new Error('a grant that was just found is gone');
    const record = { kind: 'grant', id: grantId, revokedAt: row.at, expiresAt: row.now + tombstoneSeconds(this.env) } as const;
    return { revokedAt: row.at, consistency: consistencyOf(record, await stage(manager, record)) };
  }
}
