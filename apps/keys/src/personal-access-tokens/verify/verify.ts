import { exceedsIn, pathOf, projectRoleOf, roleScopes, type Membership } from '@latchkey/access';
import { WallClock } from '@latchkey/clock';
import type { ErrorCode, IdentityAssertionClaims, Scope, VerifiedPat, VerifyPat } from '@latchkey/contracts';
import { satisfies } from '@latchkey/oauth';
import { looksLikeToken, readToken, servicePrefix } from '@latchkey/token';
import { Inject, Injectable } from '@nestjs/common';
import type { KeysEnv } from '../../env.ts';
import { KEYS_ENV } from '../../tokens.ts';
import { FindKey } from '../find-key.ts';
import type { PatEntity } from '../pat.entity.ts';
import { patView } from '../pat-view.ts';
import { Principals } from '../principal.ts';
import { statusOf } from '../status.ts';
import { Owners } from './owners.ts';

const no = (code: ErrorCode): VerifiedPat => ({ valid: false, code });

/** Whether a token is good at this moment, for whoever was shown one and serves it. Another organization's is as unknown as none. */
@Injectable()
export class VerifyPatOperation {
  constructor(
    private readonly findKey: FindKey,
    private readonly principals: Principals,
    private readonly owners: Owners,
    private readonly clock: WallClock,
    @Inject(KEYS_ENV) private readonly env: KeysEnv,
  ) {}

  async run(caller: IdentityAssertionClaims, { token, scope, resource }: VerifyPat): Promise<VerifiedPat> {
    const principal = this.principals.admit(caller, 'keys:read');
    const hash = this.hashOf(token);
    if (hash === null) return no('token_malformed');
    const row = await this.findKey.byHash(Buffer.from(hash, 'base64url'));
    if (row?.org !== principal.org) return no('token_unknown');
    const now = new Date(this.clock.nowMs());
    const status = statusOf(row, now);
    if (status === 'revoked') return no('token_revoked');
    if (status === 'expired') return no('token_expired');
    const owner = await this.owners.ask(row);
    if (!owner.active) return no(owner.code);
    if (resource !== undefined && !reaches(row, resource)) return no('tool_not_allowed');
    if (!roleAllows(owner.membership, resource, scope)) return no('insufficient_role');
    // Last, so that it is said only where a key with more scopes would do.
    if (scope !== undefined && !satisfies(row.scopes, [scope])) return no('insufficient_scope');
    const { id, kind, name, org, owner: user, scopes, projects, grants, tools, allowedIps, expiresAt } = patView(row, now);
    return { valid: true, code: null, principal: { id, kind, name, org, owner: user, scopes, projects, grants, tools, allowedIps, expiresAt } };
  }

  private hashOf(token: string): string | null {
    try {
      return readToken(token, looksLikeToken(token, servicePrefix) ? servicePrefix : this.env.LATCHKEY_TOKEN_PREFIX).hash;
    } catch {
      return null;
    }
  }
}

/** Whether the owner has a part in the project of a resource, and a role that carries the scope there; without a resource, anywhere. */
function roleAllows(membership: Membership | null, resource: string | undefined, scope: Scope | undefined): boolean {
  const project = resource === undefined ? undefined : pathOf({ resource, actions: ['read'] })?.project;
  if (project !== undefined && (membership === null || projectRoleOf(membership, project) === null)) return false;
  return scope === undefined || roleScopes(membership, project).has(scope);
}

/** Whether the key may at least read the whole of a resource. */
function reaches(row: PatEntity, resource: string): boolean {
  const path = pathOf({ resource, actions: ['read'] });
  if (path === null || path.org !== row.org) return false;
  const projects = row.projects === null ? null : path.project === undefined ? null : [path.project];
  const tools = row.tools === null || path.server === undefined ? null : [`${path.server}:${path.tool ?? '*'}`];
  return exceedsIn({ org: row.org, scopes: [], projects, grants: [{ resource, actions: ['read'] }], tools }, row) === null;
}
