import type { IdentityAssertionClaims, ProbedServer, ServerProbe } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { roleScopes } from '@latchkey/access';
import { Problem } from '@latchkey/problem';
import { DataSource } from 'typeorm';
import type { AuditAuthor } from '../../audit/record-audit.ts';
import type { ServerEntity } from '../server.entity.ts';
import { settingsOf } from '../settings-of.ts';
import { VisibleServer } from '../visible-server.ts';
import { AskGateway } from './ask-gateway.ts';
import { keepProbe } from './keep-probe.ts';

/** Looks at a server, by way of a gateway, and keeps what was found. */
@Injectable()
export class ProbeServer {
  constructor(
    private readonly dataSource: DataSource,
    private readonly visibleServer: VisibleServer,
    private readonly askGateway: AskGateway,
  ) {}

  /** @throws Problem `insufficient_scope`, `not_found`, `insufficient_role` */
  async run(caller: IdentityAssertionClaims, slug: string): Promise<ProbedServer> {
    const { row, acting } = await this.visibleServer.find(caller, 'servers:write', slug);
    if (!roleScopes(acting.member, row.project).has('servers:write')) throw new Problem('insufficient_role');
    return this.probe(row, acting.by);
  }

  async probe(row: ServerEntity, by: AuditAuthor): Promise<ProbedServer> {
    const found: ServerProbe = await this.askGateway.look(row, settingsOf(row));
    if (found.outcome === 'unknown') return { ...found, revision: row.revision };
    const kept = await this.dataSource.transaction((manager) => keepProbe(manager, row, found, by));
    return { ...found, revision: row.revision, ...kept };
  }
}
