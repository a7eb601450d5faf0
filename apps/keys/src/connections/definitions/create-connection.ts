import { randomUUID } from 'node:crypto';
import { WallClock } from '@latchkey/clock';
import type { ChangedConnection, CreateConnection, IdentityAssertionClaims } from '@latchkey/contracts';
import { Problem } from '@latchkey/problem';
import { Injectable } from '@nestjs/common';
import { DataSource, IsNull } from 'typeorm';
import { actorOf, recordAudit } from '../../audit/record-audit.ts';
import { Envelope } from '../../encryption/envelope.ts';
import { Principals } from '../../personal-access-tokens/principal.ts';
import { PromptRelay } from '../../personal-access-tokens/prompt-relay.ts';
import { projectHolder } from '../credentials/connection-credential.entity.ts';
import { ConnectionCredentials } from '../credentials/connection-credentials.ts';
import { AskServer } from '../../asking/ask-server.ts';
import { requireProjectAdministrator } from './connection-access.ts';
import { tellGateways } from './connection-record.ts';
import { connectionView } from './connection-view.ts';
import { ConnectionEntity } from './connection.entity.ts';

const maxConnections = 500;

/** Has something shown to a server from now on. The value comes in and never goes out but to that server. */
@Injectable()
export class CreateConnectionOperation {
  constructor(
    private readonly dataSource: DataSource,
    private readonly principals: Principals,
    private readonly askServer: AskServer,
    private readonly credentials: ConnectionCredentials,
    private readonly envelope: Envelope,
    private readonly relay: PromptRelay,
    private readonly clock: WallClock,
  ) {}

  async run(caller: IdentityAssertionClaims, { value, oauth, org: named, ...wanted }: CreateConnection): Promise<ChangedConnection> {
    const principal = this.principals.admit(caller, 'connections:write');
    const { org, user } = principal;
    if (named !== undefined && named !== org) throw new Problem('tenant_mismatch', { detail: 'The credential speaks for another organization.' });
    requireProjectAdministrator(principal, wanted.project);
    const { url: resource } = await this.askServer.run(org, wanted.project, wanted.server);
    const id = randomUUID();
    const sealedClient = oauth?.clientSecret === undefined ? null : await this.envelope.seal({ table: 'connections', id, org }, Buffer.from(oauth.clientSecret));
    const now = new Date(this.clock.nowMs());
    const answer = await this.dataSource.transaction(async (manager) => {
      if ((await manager.countBy(ConnectionEntity, { org, revokedAt: IsNull() })) >= maxConnections) {
        throw new Problem('conflict', { detail: `An organization has ${maxConnections} connections at most.` });
      }
      const row = manager.create(ConnectionEntity, {
        ...wanted, id, org, resource, sealedClient, createdBy: user, createdAt: now, revokedAt: null,
        oauth: wanted.kind === 'static' ? null : { issuer: oauth?.issuer ?? null, pinned: oauth?.issuer !== undefined, clientId: oauth?.clientId ?? null, scopes: oauth?.scopes ?? [], registered: false },
      });
      await manager.insert(ConnectionEntity, row);
      const held = value === undefined ? undefined : await this.credentials.put(manager, row, projectHolder, { value });
      await recordAudit(manager, {
        org, ...actorOf(caller), action: 'connection.created', target: { kind: 'connection', id, name: row.name },
        details: { project: row.project, server: row.server, kind: row.kind, per: row.per, header: row.header },
      });
      return { ...connectionView(row, held, now), consistency: await tellGateways(manager, row) };
    });
    await this.relay.afterCommit();
    return answer;
  }
}
