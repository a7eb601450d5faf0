import { randomUUID } from 'node:crypto';
import { serverSettingsSchema, type IdentityAssertionClaims, type RegisteredServer, type RegisterServer as Input, type ServerSettings } from '@latchkey/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { projectRoleOf, roleScopes } from '@latchkey/access';
import { isUniqueViolation } from '@latchkey/postgres';
import { Problem } from '@latchkey/problem';
import { DataSource } from 'typeorm';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { recordAudit } from '../audit/record-audit.ts';
import { ActingMember } from '../organizations/acting-member.ts';
import { holdStanding } from '../organizations/hold-standing.ts';
import { liveProject } from '../organizations/project.entity.ts';
import { healthFrom } from './health-of.ts';
import { holdPlace } from './hold-place.ts';
import { AskGateway } from './probe/ask-gateway.ts';
import { ProbeServer } from './probe/probe-server.ts';
import { presentWhole } from './present-server.ts';
import { checkSettings } from './check-settings.ts';
import { ServerEntity } from './server.entity.ts';
import { stageServer } from './stage-server.ts';
import { checkUpstreamUrl } from './upstream-url.ts';

/** Puts an MCP server behind the gateway. */
@Injectable()
export class RegisterServer {
  constructor(
    private readonly dataSource: DataSource,
    private readonly actingMember: ActingMember,
    private readonly probeServer: ProbeServer,
    private readonly askGateway: AskGateway,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
  ) {}

  /** @throws Problem `insufficient_scope`, `not_found`, `insufficient_role`, `invalid_request`, `conflict`, in this order */
  async run(caller: IdentityAssertionClaims, input: Input): Promise<RegisteredServer> {
    const { org, project, folder = null, slug, name, url, probe, ...given } = input;
    const acting = await this.actingMember.acting(caller, 'servers:write', org);
    const { member, by } = acting;
    const exists = await liveProject(this.dataSource.manager, org, project);
    if (!exists || projectRoleOf(member, project) === null) throw new Problem('not_found', { detail: 'There is no such project.' });
    if (!roleScopes(member, project).has('servers:write')) throw new Problem('insufficient_role');
    checkUpstreamUrl(url, this.env.LATCHKEY_ALLOW_PRIVATE_UPSTREAMS);
    checkSettings(given);
    const settings = serverSettingsSchema.parse(given);
    if (probe === 'required') await this.requireAnswer({ slug, url }, settings);
    const registered = await this.dataSource.transaction(async (manager) => {
      await holdStanding(manager, acting, [project]);
      await holdPlace(manager, { org, project, folder });
      const row = manager.create(ServerEntity, { id: randomUUID(), org, project, folder, slug, name, url, settings, tools: {}, probe: null, probedAt: null, revision: 1, deletedAt: null });
      try {
        await manager.insert(ServerEntity, row);
      } catch (error) {
        // Also for a deleted server, and for one of another tenant: the slug is part of a public URL, so that it is taken is no secret.
        if (isUniqueViolation(error)) throw new Problem('conflict', { detail: 'This slug is or was in use.', cause: error });
        throw error;
      }
      const details = { project, folder, upstream: new URL(url).origin };
      await recordAudit(manager, { org, ...by, action: 'server.registered', target: { kind: 'server', id: slug, name }, details });
      return { row, consistency: await stageServer(manager, row) };
    });
    const { row } = registered;
    const answer = { ...presentWhole(row, healthFrom([]), this.env.LATCHKEY_GATEWAY_URL), consistency: registered.consistency };
    if (probe === false) return answer;
    // It is registered whatever is found: a server may be put up later than its registration.
    const { revision, consistency = registered.consistency, ...found } = await this.probeServer.probe(row, by);
    return { ...answer, revision, consistency, probe: found };
  }

  /** @throws Problem `invalid_request` that says what is in the way */
  private async requireAnswer(server: { slug: string; url: string }, settings: ServerSettings): Promise<void> {
    const { outcome, problems } = await this.askGateway.look(server, settings);
    if (outcome === 'ok' || outcome === 'auth_required') return;
    const issues = problems.map(({ code, detail }) => ({ path: 'url', message: `${code}: ${detail}` }));
    throw new Problem('invalid_request', { detail: `url: ${problems[0]?.detail ?? 'the server does not answer'}`, issues });
  }
}
