import { orgRoles, projectRoles, type IdentityAssertionClaims, type ProjectRole, type Scope } from '@latchkey/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { projectRoleOf } from '@latchkey/access';
import { parseScopes, renderChallenge, resourceMetadataUrl, resources, satisfies } from '@latchkey/oauth';
import { Problem } from '@latchkey/problem';
import { DataSource } from 'typeorm';
import { isUserId } from '../accounts/user-id.ts';
import { actorOf } from '../audit/record-audit.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import type { Acting } from './acting.ts';
import { FindRole, type Membership } from './find-role.ts';
import { machineRole } from './machine-role.ts';

const weaker = <R extends string>(strongestFirst: readonly R[], one: R, other: R): R =>
  strongestFirst.indexOf(one) > strongestFirst.indexOf(other) ? one : other;

/**
 * What is left of a membership after what the gateway's assertion says of the credential: a key restricted to one project makes an owner
 * an administrator of that project. An assertion without roles leaves nothing.
 */
export function narrowedBy(membership: Membership, roles: IdentityAssertionClaims['roles']): Membership {
  const told = { org: membership.org, role: roles?.org ?? 'member', projects: roles?.projects ?? {} } as const;
  const role = weaker(orgRoles, membership.role, told.role);
  if (role !== 'member') return { ...membership, role };
  const projects: Record<string, ProjectRole> = {};
  for (const project of new Set([...Object.keys(membership.projects), ...Object.keys(told.projects)])) {
    const [one, other] = [projectRoleOf(membership, project), projectRoleOf(told, project)];
    if (one !== null && other !== null) projects[project] = weaker(projectRoles, one, other);
  }
  return { ...membership, role, projects };
}

/** Who calls a management API, and as what. The role comes from the tables, whatever the assertion says; that can only take from it. */
@Injectable()
export class ActingMember {
  constructor(
    private readonly findRole: FindRole,
    private readonly dataSource: DataSource,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
  ) {}

  /**
   * @param scope  several where an operation takes them together: whoever lacks one is told all (GW-32)
   * @param org  named by the request; without it, the one that the credential was issued for
   * @throws Problem `insufficient_scope`; `not_found` for every organization but the credential's own, so that none can be probed for
   */
  async run(caller: IdentityAssertionClaims, scope: Scope | readonly Scope[], org = caller.org): Promise<Membership> {
    const scopes = [scope].flat();
    if (!satisfies(parseScopes(caller.scope), scopes)) throw this.insufficientScope(scopes);
    const membership = org === undefined || org !== caller.org ? null : await this.membershipOf(caller, org);
    if (membership === null) throw new Problem('not_found');
    return narrowedBy(membership, caller.roles);
  }

  /** The same for what changes something, with who it is for the audit log. */
  async acting(caller: IdentityAssertionClaims, scope: Scope, org?: string): Promise<Acting> {
    return { userId: caller.sub, member: await this.run(caller, scope, org), by: actorOf(caller) };
  }

  /** Of a person, a machine or the organization's own key; a key that is presented has no other name than its own. */
  private async membershipOf({ sub, credential }: IdentityAssertionClaims, org: string): Promise<Membership | null> {
    if (isUserId(sub)) return this.findRole.inOrg(sub, org);
    return credential.kind === 'pat' && sub !== `svc_${credential.id}` ? null : machineRole(this.dataSource.manager, sub, org);
  }

  private insufficientScope(scopes: readonly Scope[]): Problem {
    const challenge = renderChallenge({
      resourceMetadata: resourceMetadataUrl(resources(this.env.LATCHKEY_GATEWAY_URL).management),
      scopes,
      error: 'insufficient_scope',
    });
    return new Problem('insufficient_scope', {
      detail: `This needs the scope ${scopes.join(' ')}.`,
      error: 'insufficient_scope',
      headers: { 'www-authenticate': challenge },
    });
  }
}
