import { isPrivateHost } from '../servers/upstream-url.ts';
import type { ClientAuthMethod, OauthClientKind, RegisterOauthClient } from '@latchkey/contracts';
import { Problem } from '@latchkey/problem';
import { applicationType, redirectProblem } from '../clients/redirect-rules.ts';

export interface MetadataRules {
  allowPrivateUse: boolean;
  /** Whether `jwksUri` may be http, and at an address that is not public: development and tests. */
  allowPrivateAddresses: boolean;
}

type Described = Pick<RegisterOauthClient, 'name' | 'redirectUris' | 'jwks' | 'jwksUri'>;

const refuse = (path: string, message: string): Problem => new Problem('invalid_request', { detail: `${path}: ${message}`, issues: [{ path, message }] });

/** How a client proves who it is. @throws Problem `invalid_request` for a machine that proves nothing, or a public client that should */
export function authMethodOf(kind: OauthClientKind, asked: ClientAuthMethod | undefined): ClientAuthMethod {
  const method = asked ?? (kind === 'public' ? 'none' : 'client_secret_basic');
  if ((method === 'none') !== (kind === 'public')) throw refuse('authMethod', kind === 'public' ? 'a public client has none' : 'only a public client may do without one');
  return method;
}

/**
 * A client of an organization in the form of the engine. The same rules as for a client that registers itself decide about its redirects.
 * @throws Problem `invalid_request`
 */
export function clientMetadata(id: string, kind: OauthClientKind, method: ClientAuthMethod, described: Described, rules: MetadataRules): Record<string, unknown> {
  const { name, redirectUris = [], jwks, jwksUri } = described;
  if ((redirectUris.length === 0) !== (kind === 'machine')) throw refuse('redirectUris', kind === 'machine' ? 'a machine is never redirected to' : 'at least one');
  for (const uri of redirectUris) {
    const problem = redirectProblem(uri, rules.allowPrivateUse);
    if (problem !== null) throw refuse('redirectUris', problem);
  }
  if (jwks !== undefined && jwksUri !== undefined) throw refuse('jwksUri', 'either jwks or jwksUri');
  if ((jwks !== undefined || jwksUri !== undefined) !== (method === 'private_key_jwt')) throw refuse('jwks', 'goes with private_key_jwt, and it with a key set');
  if (jwksUri !== undefined) checkKeySetUrl(new URL(jwksUri), rules.allowPrivateAddresses);
  return {
    client_id: id,
    client_name: name,
    redirect_uris: [...new Set(redirectUris)],
    application_type: kind === 'machine' ? 'web' : applicationType(redirectUris),
    grant_types: kind === 'machine' ? ['client_credentials'] : ['authorization_code', 'refresh_token'],
    response_types: kind === 'machine' ? [] : ['code'],
    token_endpoint_auth_method: method,
    ...(jwks === undefined ? {} : { jwks }),
    ...(jwksUri === undefined ? {} : { jwks_uri: jwksUri }),
  };
}

/** Names are judged again at every fetch, by the address that they then stand for (AS-13). */
function checkKeySetUrl({ protocol, hostname, username, password }: URL, allowPrivateAddresses: boolean): void {
  if (username !== '' || password !== '') throw refuse('jwksUri', 'must not contain credentials');
  if (allowPrivateAddresses) return;
  if (protocol !== 'https:') throw refuse('jwksUri', 'must be https');
  if (isPrivateHost(hostname)) throw refuse('jwksUri', 'must not be a private or local address');
}
