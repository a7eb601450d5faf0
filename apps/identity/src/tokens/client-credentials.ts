import { Injectable } from '@nestjs/common';
import { roleScopes } from '@latchkey/access';
import { withImplied } from '@latchkey/oauth';
import { RequestNote } from '@latchkey/service';
import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import { FindMachine, type Machine } from '../clients/find-machine.ts';
import { GrantedPolicies } from '../policies/granted-policies.ts';
import { readPolicy } from '../policies/policy-of.ts';
import type { GrantGuard } from '../provider/guarded-provider.ts';
import { Resources, type Resource } from '../provider/resources.ts';
import { UnitOfWork } from '../provider/unit-of-work.ts';
import { placeOfServer } from '../servers/find-server.ts';

/**
 * Tokens for machines (AS-82). Whoever asks has proven to be the client; what it gets was fixed when an administrator made it: resources, scopes,
 * and a role in one organization. Nothing is written: such a token hangs on its client, and dies with it.
 */
@Injectable()
export class ClientCredentialsGrant {
  /** Of requests that are being answered; the claims of their tokens are read from it. */
  private readonly machines = new RequestNote<object, Machine>();

  constructor(
    private readonly findMachine: FindMachine,
    private readonly resources: Resources,
    private readonly policies: GrantedPolicies,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  readonly guard: GrantGuard = async (ctx, handle) => {
    const { client } = ctx.oidc;
    const params = (ctx.oidc.params ?? {}) as { resource?: unknown; scope?: unknown };
    const machine = client === undefined ? null : await this.findMachine.run(client.clientId);
    if (machine === null) throw new errors.UnauthorizedClient('this client may not act for itself');
    for (const server of machine.servers) this.unitOfWork.foresee(placeOfServer, [server.slug], [server]);
    const resource = await this.resource(machine, params.resource);
    const allowed = scopesThere(machine, resource);
    const asked = typeof params.scope === 'string' ? params.scope.split(' ').filter((scope) => scope !== '') : allowed;
    const given = asked.filter((scope) => allowed.includes(scope));
    // More than it has is a mistake in its set-up, and nobody is there to be asked: it is told, and not given less in silence.
    if (given.length === 0 || given.length < new Set(asked).size) throw new errors.InvalidScope('beyond what this client was given there', asked.join(' '));
    Object.assign(params, { resource: resource.resource, scope: given.join(' ') });
    this.machines.set(ctx, machine);
    this.policies.note(ctx, readPolicy(machine.policy));
    await handle();
  };

  /** Claims beside the engine's own: `sub` and `client_id` are both the client (RFC 9068 section 2.2), and there is no grant. */
  claims(ctx: KoaContextWithOIDC): { org: string } {
    const machine = this.machines.get(ctx);
    if (machine === undefined) throw new errors.UnauthorizedClient('this client may not act for itself');
    return { org: machine.org };
  }

  /** One of the client's own; the only one where it has one. */
  private async resource({ resources }: Machine, asked: unknown): Promise<Resource> {
    const wanted = typeof asked === 'string' ? asked : resources.length === 1 ? resources[0] : undefined;
    if (wanted === undefined) throw new errors.InvalidTarget('name the resource, one of those this client was given');
    const found = resources.includes(wanted) ? await this.resources.find(wanted) : null;
    if (found === null) throw new errors.InvalidTarget('the resource is not one of those this client was given');
    return found;
  }
}

function scopesThere({ org, role, projects, scopes }: Machine, { scopes: known, server }: Resource): string[] {
  if (server !== null && server.org !== org) return [];
  const allowed = roleScopes({ org, role, projects }, server?.project);
  const given = withImplied(scopes);
  return known.filter((scope) => given.has(scope) && allowed.has(scope));
}
