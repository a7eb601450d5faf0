import { WallClock } from '@latchkey/clock';
import type { Connection, IdentityAssertionClaims } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Principals } from '../../personal-access-tokens/principal.ts';
import { holderOfCaller, holdersFor } from '../credentials/holder-of-caller.ts';
import { ConnectionCredentials } from '../credentials/connection-credentials.ts';
import { requireConnection } from './connection-access.ts';
import { connectionView } from './connection-view.ts';

@Injectable()
export class ShowConnection {
  constructor(
    private readonly dataSource: DataSource,
    private readonly principals: Principals,
    private readonly credentials: ConnectionCredentials,
    private readonly clock: WallClock,
  ) {}

  async run(caller: IdentityAssertionClaims, id: string): Promise<Connection> {
    const principal = this.principals.admit(caller, 'connections:read');
    const { manager } = this.dataSource;
    const row = await requireConnection(manager, principal, id);
    const held = await this.credentials.of(manager, [row.id], holdersFor(holderOfCaller(caller)));
    return connectionView(row, held.get(row.id), new Date(this.clock.nowMs()));
  }
}
