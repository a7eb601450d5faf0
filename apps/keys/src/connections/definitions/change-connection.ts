import { WallClock } from '@latchkey/clock';
import type { Connection, IdentityAssertionClaims, UpdateConnection } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { actorOf, recordAudit } from '../../audit/record-audit.ts';
import { Principals } from '../../personal-access-tokens/principal.ts';
import { holderOfCaller, holdersFor } from '../credentials/holder-of-caller.ts';
import { ConnectionCredentials } from '../credentials/connection-credentials.ts';
import { requireOwnConnection } from './connection-access.ts';
import { connectionView } from './connection-view.ts';
import { ConnectionEntity } from './connection.entity.ts';

/** Changes what a connection is called and where people are led back to. To which server it goes stays: people connected themselves for that one. */
@Injectable()
export class ChangeConnection {
  constructor(
    private readonly dataSource: DataSource,
    private readonly principals: Principals,
    private readonly credentials: ConnectionCredentials,
    private readonly clock: WallClock,
  ) {}

  async run(caller: IdentityAssertionClaims, id: string, change: UpdateConnection): Promise<Connection> {
    const principal = this.principals.admit(caller, 'connections:write');
    return this.dataSource.transaction(async (manager) => {
      const before = await requireOwnConnection(manager, principal, id);
      const row: ConnectionEntity = { ...before, ...change };
      const { name, redirectUris } = row;
      await manager.update(ConnectionEntity, { id: row.id }, { name, redirectUris });
      await recordAudit(manager, { org: row.org, ...actorOf(caller), action: 'connection.changed', target: { kind: 'connection', id: row.id, name }, details: { changed: Object.keys(change) } });
      const held = await this.credentials.of(manager, [row.id], holdersFor(holderOfCaller(caller)));
      return connectionView(row, held.get(row.id), new Date(this.clock.nowMs()));
    });
  }
}
