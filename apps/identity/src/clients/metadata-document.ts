import { applicationType } from './redirect-rules.ts';

const privateJwkMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'];

/**
 * Rewrites a client ID metadata document into one that a strict engine takes (AS-11): it would refuse the whole document for an unknown
 * scope, for a grant it does not offer, or for a loopback redirect of a client that does not call itself native.
 * @returns the text as it is where it is no such document, e.g. a key set
 */
export function rewriteMetadataDocument(url: string, text: string): string {
  const document = parseObject(text);
  if (document?.client_id !== url) return text;
  const { scope: _scope, jwks, token_endpoint_auth_method: method, ...rest } = document;
  const redirects = Array.isArray(rest.redirect_uris) ? rest.redirect_uris.filter((uri) => typeof uri === 'string') : [];
  return JSON.stringify({
    ...rest,
    ...(jwks === undefined ? {} : { jwks: withoutPrivateMembers(jwks) }),
    // Without a shared secret there is no other way for a document to say nothing than `none` (draft-00 section 4.1).
    token_endpoint_auth_method: method ?? (rest.token_endpoint_auth_methods_supported === undefined ? 'none' : undefined),
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    application_type: applicationType(redirects),
  });
}

/** draft-00 section 3: the URL has a path; the bare host names no client (AS-10). */
export const isDocumentUrl = (id: string): boolean => id.length <= 2048 && URL.canParse(id) && new URL(id).pathname !== '/';

function withoutPrivateMembers(jwks: unknown): unknown {
  const keys = (jwks as { keys?: unknown } | null)?.keys;
  if (!Array.isArray(keys)) return jwks;
  const isPublic = ([name]: [string, unknown]): boolean => !privateJwkMembers.includes(name);
  return { keys: keys.map((key: unknown) => (typeof key === 'object' && key !== null ? Object.fromEntries(Object.entries(key).filter(isPublic)) : key)) };
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
