import { openidScopes, scopes as knownScopes } from '@latchkey/contracts';
import { storedSecret } from './client-secret.ts';
import { applicationType, redirectProblem } from './redirect-rules.ts';

/** A refusal of RFC 7591 section 3.2.2. */
export class RegistrationError extends Error {
  constructor(
    readonly error: 'invalid_redirect_uri' | 'invalid_client_metadata',
    message: string,
  ) {
    super(message);
  }
}

/** What anybody may get by registering: the rest needs a client that we made privileged ourselves (AS-21). */
const openGrants = ['authorization_code', 'refresh_token'];
const acceptedScopes = new Set<string>([...knownScopes, ...openidScopes]);
const maxRedirects = 10;
const maxKeys = 10;

/** Passed on as they are where they are sound; unknown members are ignored (RFC 7591 section 2). */
const texts = ['client_name', 'token_endpoint_auth_method', 'software_id', 'software_version'] as const;
const webUris = ['client_uri', 'logo_uri', 'tos_uri', 'policy_uri'] as const;

type Metadata = Record<string, unknown>;

export interface RegistrationRules {
  allowPrivateUse: boolean;
  /** Whether `jwks_uri` may be http on a loopback host: development and tests. */
  allowPrivateAddresses: boolean;
}

/**
 * Turns what a stranger asks to be registered as into what the engine may register: closed list of members, coerced type, cut grants.
 * @throws RegistrationError for what has no sound reading
 */
export function shapeRegistration(body: Metadata, rules: RegistrationRules): Metadata {
  const redirectUris = readRedirects(body.redirect_uris, rules.allowPrivateUse);
  return {
    ...readTexts(body),
    ...readWebUris(body),
    ...readKeys(body, rules.allowPrivateAddresses),
    ...readLists(body),
    ...(body.dpop_bound_access_tokens === true ? { dpop_bound_access_tokens: true } : {}),
    redirect_uris: redirectUris,
    application_type: applicationType(redirectUris),
    grant_types: readGrants(body.grant_types),
    response_types: ['code'],
    ...(typeof body.scope === 'string' ? { registered_scope: readScope(body.scope) } : {}),
  };
}

/** An update of RFC 7592 section 2.2 is shaped alike, and says who it is: the secret in the form that we hold it in. */
export function shapeUpdate(body: Metadata, rules: RegistrationRules): Metadata {
  const { client_id: id, client_secret: secret } = body;
  const forbidden = ['registration_access_token', 'registration_client_uri', 'client_secret_expires_at', 'client_id_issued_at'];
  return {
    ...shapeRegistration(body, rules),
    ...Object.fromEntries(forbidden.flatMap((name) => (body[name] === undefined ? [] : [[name, body[name]]]))),
    client_id: id,
    ...(secret === undefined ? {} : { client_secret: typeof secret === 'string' ? storedSecret(secret) : '' }),
  };
}

function readRedirects(value: unknown, allowPrivateUse: boolean): string[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > maxRedirects) {
    throw new RegistrationError('invalid_redirect_uri', `redirect_uris must be a list of 1 to ${maxRedirects} URIs`);
  }
  for (const uri of value as unknown[]) {
    const problem = redirectProblem(uri, allowPrivateUse);
    if (problem !== null) throw new RegistrationError('invalid_redirect_uri', `redirect_uris ${problem}`);
  }
  return [...new Set(value as string[])];
}

function readTexts(body: Metadata): Metadata {
  const result: Metadata = {};
  for (const name of texts) {
    const value = body[name];
    if (value === undefined || value === null || value === '') continue;
    if (typeof value !== 'string' || value.length > 200) throw new RegistrationError('invalid_client_metadata', `${name} must be a text of at most 200 characters`);
    result[name] = value;
  }
  return result;
}

/** For show only: an unusable one is left out rather than refused, for it decides nothing. */
function readWebUris(body: Metadata): Metadata {
  const usable = webUris.filter((name) => {
    const value = body[name];
    return typeof value === 'string' && value.length <= 2048 && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
  });
  return Object.fromEntries(usable.map((name) => [name, body[name]]));
}

function readKeys({ jwks, jwks_uri: uri }: Metadata, allowPrivateAddresses: boolean): Metadata {
  if (uri !== undefined && uri !== null) {
    const secure = typeof uri === 'string' && uri.length <= 2048 && URL.canParse(uri) && (new URL(uri).protocol === 'https:' || allowPrivateAddresses);
    if (!secure) throw new RegistrationError('invalid_client_metadata', 'jwks_uri must be an https URL');
  }
  if (jwks !== undefined && jwks !== null) {
    const keys = (jwks as { keys?: unknown }).keys;
    if (!Array.isArray(keys) || keys.length > maxKeys) throw new RegistrationError('invalid_client_metadata', `jwks must hold at most ${maxKeys} keys`);
  }
  return { ...(jwks === undefined || jwks === null ? {} : { jwks }), ...(uri === undefined || uri === null ? {} : { jwks_uri: uri }) };
}

function readLists(body: Metadata): Metadata {
  const result: Metadata = {};
  for (const name of ['contacts', 'token_endpoint_auth_methods_supported', 'post_logout_redirect_uris']) {
    const value = body[name];
    if (!Array.isArray(value)) continue;
    const sound = value.length <= 10 && value.every((item) => typeof item === 'string' && item.length <= 2048);
    if (!sound) throw new RegistrationError('invalid_client_metadata', `${name} must be a list of at most 10 texts`);
    if (value.length > 0) result[name] = value;
  }
  return result;
}

function readGrants(value: unknown): string[] {
  if (!Array.isArray(value)) return openGrants;
  return ['authorization_code', ...(value.includes('refresh_token') ? ['refresh_token'] : [])];
}

const readScope = (text: string): string => [...new Set(text.slice(0, 2048).split(' '))].filter((scope) => acceptedScopes.has(scope)).join(' ');
