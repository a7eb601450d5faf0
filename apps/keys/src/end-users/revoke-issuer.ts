import { WallClock } from '@latchkey/clock';
import type { ChangedEndUserIssuer, IdentityAssertionClaims } from '@latchkey/contracts';
import { consistencyOf, stage } from '@latchkey/feed-writer';
import { Problem } from '@latchkey/problem';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { actorOf, recordAudit } from '../audit/record-audit.ts';
import { queueRevocations } from '../connections/revoking/queue-revocations.ts';
import { isRowId } from '../paging/page.ts';
import { Principals } from '../personal-access-tokens/principal.ts';
import { PromptRelay } from '../personal-access-tokens/prompt-relay.ts';
import { EndUserIssuerEntity } from './end-user-issuer.entity.ts';
import { issuerRecord, issuerView } from './issuer-record.ts';
import { requireOrgAdministrator } from './require-org-administrator.ts';

/** Believes an issuer no more, for ever, and wipes what its end users had connected. */
@Injectable()
export class RevokeIssuer {
  constructor(
    private readonly dataSource: DataSource,
    private readonly principals: Principals,
    private readonly relay: PromptRelay,
    private readonly clock: WallClock,
  ) {}

  async run(caller: IdentityAssertionClaims, id: string): Promise<ChangedEndUserIssuer> {
    const principal = this.principals.admit(caller, 'connections:write');
    requireOrgAdministrator(principal);
    const answer = await this.dataSource.transaction(async (manager) => {
      const found = isRowId(id) ? await manager.findOne(EndUserIssuerEntity, { where: { id, org: principal.org }, lock: { mode: 'pessimistic_write' } }) : null;
      if (found === null) throw new Problem('not_found', { detail: 'There is no such issuer.' });
      const row: EndUserIssuerEntity = { ...found, revokedAt: found.revokedAt ?? new Date(this.clock.nowMs()) };
      if (found.revokedAt === null) {
        await manager.update(EndUserIssuerEntity, { id: row.id }, { revokedAt: row.revokedAt });
        const holdersFrom = `end:${row.id}:`;
        await queueRevocations(manager, { org: row.org, holdersFrom });
        for (const table of ['connection_credentials', 'connection_flows']) await manager.query(`DELETE FROM ${table} WHERE org = $1 AND starts_with(holder, $2)`, [row.org, holdersFrom]);
        await recordAudit(manager, { org: row.org, ...actorOf(caller), action: 'end_user_issuer.revoked', target: { kind: 'end_user_issuer', id: row.id, name: row.name } });
      }
      const record = issuerRecord(row);
      return { ...issuerView(row), consistency: consistencyOf(record, await stage(manager, record)) };
    });
    await this.relay.afterCommit();
    return answer;
  }
}
