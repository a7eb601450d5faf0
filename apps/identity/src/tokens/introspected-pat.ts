import type { PatRecord } from '@latchkey/contracts';

/** A personal access token in the form of RFC 7662 section 2.2 and of our access tokens; it has no client and no audience of its own. */
export const introspectedPat = ({ id, owner, org, scopes, projects, grants, tools, mintedAt, expiresAt }: PatRecord, issuer: string) => ({
  active: true,
  token_type: 'Bearer',
  iss: issuer,
  sub: owner,
  org,
  scope: scopes.join(' '),
  jti: id,
  iat: mintedAt,
  ...(expiresAt === null ? {} : { exp: expiresAt }),
  ...(projects === null ? {} : { projects }),
  ...(grants === null ? {} : { grants }),
  ...(tools === null ? {} : { tools }),
});
