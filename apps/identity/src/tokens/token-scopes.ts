import type { Scope } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { roleScopes } from '@latchkey/access';
import { FindRole } from '../organizations/find-role.ts';
import type { Standing } from '../grants/standing.ts';
import type { Resource } from '../provider/resources.ts';

/** What a token for a resource may carry at most: what the resource knows ∩ what the role in the chosen organization allows there (AS-43). */
@Injectable()
export class TokenScopes {
  constructor(private readonly roles: FindRole) {}

  async find({ userId, org }: Pick<Standing, 'userId' | 'org'>, { scopes, server }: Resource): Promise<Scope[]> {
    // A server of one organization is out of reach for a token of another one, whatever the user may be there.
    if (org === null || (server !== null && server.org !== org)) return [];
    const allowed = roleScopes(await this.roles.inOrg(userId, org), server?.project);
    return scopes.filter((scope) => allowed.has(scope));
  }
}
