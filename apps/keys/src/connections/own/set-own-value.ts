import { WallClock } from '@latchkey/clock';
import type { ChangedConnection, IdentityAssertionClaims, OwnConnection } from '@latchkey/contracts';
import { Problem } from '@latchkey/problem';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { actorOf, recordAudit } from '../../audit/record-audit.ts';
import { Principals } from '../../personal-access-tokens/principal.ts';
import { PromptRelay } from '../../personal-access-tokens/prompt-relay.ts';
import { holderOfCaller } from '../credentials/holder-of-caller.ts';
import { ConnectionCredentials } from '../credentials/connection-credentials.ts';
import { requireConnection, requireLiveConnection } from '../definitions/connection-access.ts';
import { tellGateways } from '../definitions/connection-record.ts';
import { connectionView } from '../definitions/connection-view.ts';
import { requireHolder } from './require-holder.ts';

/** Puts the caller's own value where each user has one, in the place of an earlier one. */
@Injectable()
export class SetOwnValue {
  constructor(
    private readonly dataSource: DataSource,
    private readonly principals: Principals,
    private readonly credentials: ConnectionCredentials,
    private readonly relay: PromptRelay,
    private readonly clock: WallClock,
  ) {}

  async run(caller: IdentityAssertionClaims, id: string, { value }: OwnConnection): Promise<ChangedConnection> {
    const principal = this.principals.admit(caller, 'connections:write');
    const answer = await this.dataSource.transaction(async (manager) => {
      const row = await requireConnection(manager, principal, id, true);
      requireHolder(principal, row);
      requireLiveConnection(row);
      if (row.kind !== 'static') throw new Problem('conflict', { detail: 'This connection is made at the authorization server: ask for a URL with authorize.' });
      const held = await this.credentials.put(manager, row, holderOfCaller(caller), { value });
      await recordAudit(manager, { org: row.org, ...actorOf(caller), action: 'connection.connected', target: { kind: 'connection', id: row.id, name: row.name }, details: { per: row.per } });
      return { ...connectionView(row, held, new Date(this.clock.nowMs())), consistency: await tellGateways(manager, row) };
    });
    await this.relay.afterCommit();
    return answer;
  }
}
