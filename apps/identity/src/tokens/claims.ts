import { Injectable } from '@nestjs/common';
import { Standings } from '../grants/standing.ts';

interface IssuedToken {
  grantId?: string | undefined;
  sessionUid?: string | undefined;
}

/** The claims that tie an access token to what it came from, so that it dies with it: organization, authorization, sign-in session (AS-43, GW-25). */
@Injectable()
export class TokenClaims {
  constructor(private readonly standings: Standings) {}

  /** @throws InvalidGrant where the authorization has ended: the last gate before a token exists */
  async find({ grantId, sessionUid }: IssuedToken): Promise<{ org?: string; gid?: string; sid?: string; projects?: string[] }> {
    const { org, keptTo } = await this.standings.require(grantId, sessionUid);
    return { ...(org === null ? {} : { org }), gid: grantId, ...(sessionUid === undefined ? {} : { sid: sessionUid }), ...(keptTo === null ? {} : { projects: keptTo }) };
  }
}
