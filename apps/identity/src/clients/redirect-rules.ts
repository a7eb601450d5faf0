/** Schemes that run or read something in the browser; never a way back to a client (AS-32). */
const forbiddenSchemes = new Set(['javascript:', 'data:', 'file:', 'vbscript:', 'blob:', 'about:']);
const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

const isLoopback = ({ protocol, hostname }: URL): boolean => protocol === 'http:' && loopbackHosts.has(hostname);

/** Whether only an application on the user's own machine can be behind it: a loopback port (RFC 8252 section 7.3) or a scheme of its own (7.1). */
export function isNativeRedirect(uri: string): boolean {
  if (!URL.canParse(uri)) return false;
  const url = new URL(uri);
  return isLoopback(url) || (url.protocol !== 'https:' && url.protocol !== 'http:');
}

/** Why a redirect URI cannot be registered, in words; null when it can. */
export function redirectProblem(uri: unknown, allowPrivateUse: boolean): string | null {
  if (typeof uri !== 'string' || uri.length > 2048 || !URL.canParse(uri)) return 'must be absolute URIs of at most 2048 characters';
  const url = new URL(uri);
  if (uri.includes('#')) return 'must not contain fragments';
  if (url.username !== '' || url.password !== '') return 'must not contain credentials';
  if (forbiddenSchemes.has(url.protocol)) return `must not use the ${url.protocol.slice(0, -1)} scheme`;
  if (url.protocol === 'https:' || isLoopback(url)) return null;
  if (url.protocol === 'http:') return 'may use http only for localhost, 127.0.0.1 and [::1]';
  return allowPrivateUse ? null : `must not use the ${url.protocol.slice(0, -1)} scheme here`;
}

/** Loopback ports and private schemes work for native clients only, and many a client calls itself `web` in spite of them (AS-20). */
export const applicationType = (redirectUris: readonly string[]): 'native' | 'web' => (redirectUris.some(isNativeRedirect) ? 'native' : 'web');
