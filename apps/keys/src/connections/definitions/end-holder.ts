import type { Disconnected, IdentityAssertionClaims } from '@latchkey/contracts';
import { Problem } from '@latchkey/problem';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { actorOf, recordAudit } from '../../audit/record-audit.ts';
import { isRowId } from '../../paging/page.ts';
import { Principals } from '../../personal-access-tokens/principal.ts';
import { PromptRelay } from '../../personal-access-tokens/prompt-relay.ts';
import { ConnectionCredentialEntity } from '../credentials/connection-credential.entity.ts';
import { ConnectionCredentials } from '../credentials/connection-credentials.ts';
import { requireConnection, requireProjectAdministrator } from './connection-access.ts';
import { tellGateways } from './connection-record.ts';

/** Wipes what one holder has, in the place of whoever cannot do it themselves any more. */
@Injectable()
export class EndHolder {
  constructor(
    private readonly dataSource: DataSource,
    private readonly principals: Principals,
    private readonly credentials: ConnectionCredentials,
    private readonly relay: PromptRelay,
  ) {}

  async run(caller: IdentityAssertionClaims, id: string, holderId: string): Promise<Disconnected> {
    const principal = this.principals.admit(caller, 'connections:write');
    const answer = await this.dataSource.transaction(async (manager): Promise<Disconnected> => {
      const row = await requireConnection(manager, principal, id, true);
      requireProjectAdministrator(principal, row.project);
      const held = isRowId(holderId) ? await manager.findOneBy(ConnectionCredentialEntity, { id: holderId, connectionId: row.id }) : null;
      if (held === null) throw new Problem('not_found', { detail: 'Nobody of this id is connected.' });
      await this.credentials.wipe(manager, row.id, held.holder);
      await recordAudit(manager, { org: row.org, ...actorOf(caller), action: 'connection.disconnected', target: { kind: 'connection', id: row.id, name: row.name }, details: { holder: held.holder.slice(0, 512) } });
      return { id: row.id, status: 'pending', consistency: await tellGateways(manager, row) };
    });
    await this.relay.afterCommit();
    return answer;
  }
}
