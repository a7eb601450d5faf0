import type { Disconnected, IdentityAssertionClaims } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { actorOf, recordAudit } from '../../audit/record-audit.ts';
import { Principals } from '../../personal-access-tokens/principal.ts';
import { PromptRelay } from '../../personal-access-tokens/prompt-relay.ts';
import { holderOfCaller } from '../credentials/holder-of-caller.ts';
import { ConnectionCredentials } from '../credentials/connection-credentials.ts';
import { requireConnection } from '../definitions/connection-access.ts';
import { tellGateways } from '../definitions/connection-record.ts';
import { requireHolder } from './require-holder.ts';

/** Wipes what the caller had in a connection; others keep theirs. Where there was nothing, nothing happens. */
@Injectable()
export class Disconnect {
  constructor(
    private readonly dataSource: DataSource,
    private readonly principals: Principals,
    private readonly credentials: ConnectionCredentials,
    private readonly relay: PromptRelay,
  ) {}

  async run(caller: IdentityAssertionClaims, id: string): Promise<Disconnected> {
    const principal = this.principals.admit(caller, 'connections:write');
    const answer = await this.dataSource.transaction(async (manager): Promise<Disconnected> => {
      const row = await requireConnection(manager, principal, id, true);
      requireHolder(principal, row);
      const wiped = await this.credentials.wipe(manager, row.id, holderOfCaller(caller));
      if (wiped > 0) await recordAudit(manager, { org: row.org, ...actorOf(caller), action: 'connection.disconnected', target: { kind: 'connection', id: row.id, name: row.name } });
      return { id: row.id, status: 'pending', consistency: await tellGateways(manager, row) };
    });
    await this.relay.afterCommit();
    return answer;
  }
}
