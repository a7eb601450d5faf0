import { narrowMembership, type Credential, type Membership } from '@latchkey/access';
import { actorsOf, maxActors, type AccessTokenClaims, type Scope } from '@latchkey/contracts';
import { parseScopes, satisfies } from '@latchkey/oauth';
import { Injectable } from '@nestjs/common';
import { FindRole } from '../organizations/find-role.ts';
import { AccessTokens } from '../tokens/access-tokens.ts';
import { FindPat } from './find-pat.ts';
import { invalid } from './refusals.ts';
import type { Actor } from './source.ts';

const notGood = 'The actor token is not valid.';

/**
 * Judges an actor token by the sources of truth, and whether its owner may act for others: only who administers an organization may, and
 * only in it (AS-83). In a chain, whoever stands at its end has shown `org:admin` when the first token was cut; no exchanged token has it.
 */
@Injectable()
export class ReadActor {
  constructor(
    private readonly findPat: FindPat,
    private readonly findRole: FindRole,
    private readonly accessTokens: AccessTokens,
  ) {}

  /**
   * @param address  of whoever presents it
   * @throws InvalidRequest, with the reason; TemporarilyUnavailable when the key service cannot be asked
   */
  run(token: string, address: string): Promise<Actor> {
    return this.findPat.looksLikeOne(token) ? this.readPat(token, address) : this.readAccessToken(token);
  }

  private async readPat(token: string, address: string): Promise<Actor> {
    const found = await this.findPat.run(token, address);
    if (found === null) throw invalid(notGood);
    const { pat, membership } = found;
    requireAdministrator(pat, membership);
    requireScope(pat.scopes);
    return { kind: 'pat', id: pat.id, subject: pat.owner, org: pat.org, clientId: null, thumbprint: null, expiresAtSeconds: pat.expiresAt, act: { sub: pat.owner } };
  }

  private async readAccessToken(token: string): Promise<Actor> {
    const claims = await this.accessTokens.active(token);
    if (claims?.org === undefined) throw invalid(notGood);
    const { sub, org, jti, exp, cnf, act, src, client_id: client } = claims;
    const behind = actorsOf(act);
    if (behind.length >= maxActors) throw invalid(`At most ${maxActors} may act one for another.`);
    for (const user of [sub, ...behind]) requireAdministrator(user === sub ? credentialOf(claims) : unrestricted, await this.findRole.inOrg(user, org));
    if (act === undefined) requireScope(parseScopes(claims.scope));
    return {
      kind: 'access_token', id: jti, subject: sub, org, clientId: src?.kind === 'grant' ? src.client : client, thumbprint: cnf?.jkt ?? null,
      expiresAtSeconds: exp, act: { sub, ...(act === undefined ? {} : { act }) },
    };
  }
}

const credentialOf = ({ scope, projects, grants, tools }: AccessTokenClaims): Credential => ({
  scopes: parseScopes(scope), projects: projects ?? null, grants: grants ?? null, tools: tools ?? null,
});

const unrestricted: Credential = { scopes: [] };

function requireAdministrator(credential: Credential, membership: Membership | null): void {
  const role = membership === null ? 'member' : narrowMembership(credential, membership).role;
  if (role === 'member') throw invalid('Only an owner or administrator of the organization may act for others.');
}

function requireScope(scopes: readonly Scope[]): void {
  if (!satisfies(scopes, ['org:admin'])) throw invalid('The actor token needs the scope org:admin.');
}
