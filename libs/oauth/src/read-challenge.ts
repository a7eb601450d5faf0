/** What a server's 401 or 403 says about the token that it wants (RFC 9728 section 5.1, RFC 6750 section 3). */
export interface ResourceChallenge {
  error: string | null;
  resourceMetadata: string | null;
  scope: string | null;
}

const parameter = (text: string, name: string): string | null => {
  const found = new RegExp(`(?:^|[\\s,])${name}\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s,"]+))`, 'i').exec(text);
  const value = found?.[1]?.replace(/\\(.)/g, '$1') ?? found?.[2];
  return value === undefined || value === '' ? null : value;
};

/** Reads the Bearer challenge of a `WWW-Authenticate` header; what is not there is null. */
export function readChallenge(header: string | null): ResourceChallenge {
  const at = header === null ? -1 : header.search(/\bbearer\b/i);
  if (header === null || at === -1) return { error: null, resourceMetadata: null, scope: null };
  const text = header.slice(at + 'bearer'.length, at + 4096);
  return { error: parameter(text, 'error'), resourceMetadata: parameter(text, 'resource_metadata'), scope: parameter(text, 'scope') };
}

/** RFC 6749 section 3.3 */
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]{1,200}$/;

/** The scopes in a text of a stranger's, each once; what is no scope is left out. */
export const scopeTokens = (text: string | null): string[] => [...new Set((text ?? '').split(/\s+/))].filter((scope) => scopeToken.test(scope));
