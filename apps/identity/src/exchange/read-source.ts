import type { AccessTokenClaims } from '@latchkey/contracts';
import { parseScopes } from '@latchkey/oauth';
import { Injectable } from '@nestjs/common';
import { AnswerAsk } from '../asking/answer-ask.ts';
import { AccessTokens } from '../tokens/access-tokens.ts';
import { FindPat } from './find-pat.ts';
import { invalid } from './refusals.ts';
import type { Source } from './source.ts';

const notGood = 'The subject token is not valid.';

/** Judges a subject token by the sources of truth: the key service for a PAT, our own tables for an access token, and for every owner. */
@Injectable()
export class ReadSource {
  constructor(
    private readonly findPat: FindPat,
    private readonly answerAsk: AnswerAsk,
    private readonly accessTokens: AccessTokens,
  ) {}

  /**
   * @param address  of whoever presents it
   * @throws InvalidRequest, one wording for all that is not good; TemporarilyUnavailable when the key service cannot be asked
   */
  run(token: string, address: string): Promise<Source> {
    return this.findPat.looksLikeOne(token) ? this.readPat(token, address) : this.readAccessToken(token);
  }

  private async readPat(token: string, address: string): Promise<Source> {
    const found = await this.findPat.run(token, address);
    if (found === null) throw invalid(notGood);
    const { id, owner, org, scopes, projects, grants, tools, mintedAt, expiresAt } = found.pat;
    return {
      kind: 'pat', id, subject: owner, org, membership: found.membership, scopes, projects, grants, tools,
      expiresAtSeconds: expiresAt, audience: null, clientId: null, thumbprint: null, claims: { src: { kind: 'pat', id, iat: mintedAt } },
    };
  }

  private async readAccessToken(token: string): Promise<Source> {
    const claims = await this.accessTokens.active(token);
    if (claims === null || claims.org === undefined) throw invalid(notGood);
    // What was cut from a token is not cut again: one record could no longer end all that came of a source.
    if (claims.src !== undefined) throw invalid('A token that came of an exchange cannot be exchanged again: use the one that it came of.');
    if (claims.gid === undefined) throw invalid('The subject token belongs to no authorization that could be ended.');
    const { sub, org, iat, jti, gid, sid, exp, aud, client_id: clientId } = claims;
    const membership = await this.membershipOf({ sub, org, iat: Math.floor(iat), client_id: clientId, gid, sid: sid ?? null, jti, src_jti: null });
    return {
      kind: 'access_token', id: jti, subject: sub, org, membership, scopes: parseScopes(claims.scope), ...narrowings(claims),
      expiresAtSeconds: exp, audience: aud, clientId, thumbprint: claims.cnf?.jkt ?? null,
      claims: { src: { kind: 'grant', id: gid, jti, client: clientId, iat: Math.floor(iat) }, gid, ...(sid === undefined ? {} : { sid }) },
    };
  }

  /** The same question that a gateway asks when it cannot prove what it knows, and so the same answer. */
  private async membershipOf(question: Parameters<AnswerAsk['run']>[0]): Promise<Source['membership']> {
    const answer = await this.answerAsk.run(question);
    if (!answer.active || answer.membership === null) throw invalid(notGood);
    return answer.membership;
  }
}

const narrowings = ({ projects, grants, tools }: AccessTokenClaims) => ({ projects: projects ?? null, grants: grants ?? null, tools: tools ?? null });
