/** What a server's 401 says about where to get a token (RFC 9728 section 5.1, RFC 6750 section 3). */
export interface ResourceChallenge {
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
  if (header === null || at === -1) return { resourceMetadata: null, scope: null };
  const text = header.slice(at + 'bearer'.length, at + 4096);
  return { resourceMetadata: parameter(text, 'resource_metadata'), scope: parameter(text, 'scope') };
}
