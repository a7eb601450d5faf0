import { WallClock } from '@latchkey/clock';
import type { ChangedConnection, IdentityAssertionClaims, RotateConnection } from '@latchkey/contracts';
import { Problem } from '@latchkey/problem';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { actorOf, recordAudit } from '../../audit/record-audit.ts';
import { Principals } from '../../personal-access-tokens/principal.ts';
import { PromptRelay } from '../../personal-access-tokens/prompt-relay.ts';
import { projectHolder } from '../credentials/connection-credential.entity.ts';
import { ConnectionCredentials } from '../credentials/connection-credentials.ts';
import { requireOwnConnection } from './connection-access.ts';
import { tellGateways } from './connection-record.ts';
import { connectionView } from './connection-view.ts';

/** Puts a new value in the place of the old one. During the overlap a server that does not take the new one yet is shown the old one. */
@Injectable()
export class RotateConnectionOperation {
  constructor(
    private readonly dataSource: DataSource,
    private readonly principals: Principals,
    private readonly credentials: ConnectionCredentials,
    private readonly relay: PromptRelay,
    private readonly clock: WallClock,
  ) {}

  async run(caller: IdentityAssertionClaims, id: string, { value, overlapSeconds }: RotateConnection): Promise<ChangedConnection> {
    const principal = this.principals.admit(caller, 'connections:write');
    const answer = await this.dataSource.transaction(async (manager) => {
      const row = await requireOwnConnection(manager, principal, id);
      if (row.kind !== 'static' || row.per !== 'project') throw new Problem('conflict', { detail: 'Only the value of a static connection of a project is rotated; the others are connected anew.' });
      const held = await this.credentials.put(manager, row, projectHolder, { value, overlapSeconds });
      await recordAudit(manager, { org: row.org, ...actorOf(caller), action: 'connection.rotated', target: { kind: 'connection', id: row.id, name: row.name }, details: { overlapSeconds } });
      return { ...connectionView(row, held, new Date(this.clock.nowMs())), consistency: await tellGateways(manager, row) };
    });
    await this.relay.afterCommit();
    return answer;
  }
}
