import { WallClock } from '@latchkey/clock';
import type { IdentityAssertionClaims, RevokedConnection } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { actorOf, recordAudit } from '../../audit/record-audit.ts';
import { Principals } from '../../personal-access-tokens/principal.ts';
import { PromptRelay } from '../../personal-access-tokens/prompt-relay.ts';
import { ConnectionFlowEntity } from '../connecting/connection-flow.entity.ts';
import { ConnectionCredentials } from '../credentials/connection-credentials.ts';
import { requireConnection, requireProjectAdministrator } from './connection-access.ts';
import { tellGateways } from './connection-record.ts';
import { ConnectionEntity } from './connection.entity.ts';

/** Ends a connection for ever, and wipes what everybody had in it. Revoking again changes nothing, and tells the first moment. */
@Injectable()
export class RevokeConnection {
  constructor(
    private readonly dataSource: DataSource,
    private readonly principals: Principals,
    private readonly credentials: ConnectionCredentials,
    private readonly relay: PromptRelay,
    private readonly clock: WallClock,
  ) {}

  async run(caller: IdentityAssertionClaims, id: string): Promise<RevokedConnection> {
    const principal = this.principals.admit(caller, 'connections:write');
    const answer = await this.dataSource.transaction(async (manager): Promise<RevokedConnection> => {
      const found = await requireConnection(manager, principal, id, true);
      requireProjectAdministrator(principal, found.project);
      const revokedAt = found.revokedAt ?? new Date(this.clock.nowMs());
      const row: ConnectionEntity = { ...found, revokedAt, sealedClient: null };
      if (found.revokedAt === null) {
        // With the secret of the client, while it is there: the authorization server asks for it when tokens are given back.
        const holders = await this.credentials.wipe(manager, row.id);
        await manager.update(ConnectionEntity, { id: row.id }, { revokedAt, sealedClient: null });
        await manager.delete(ConnectionFlowEntity, { connectionId: row.id });
        await recordAudit(manager, { org: row.org, ...actorOf(caller), action: 'connection.revoked', target: { kind: 'connection', id: row.id, name: row.name }, details: { holders } });
      }
      return { id: row.id, status: 'revoked', revokedAt: revokedAt.toISOString(), consistency: await tellGateways(manager, row) };
    });
    await this.relay.afterCommit();
    return answer;
  }
}
