import type { Client } from 'oidc-provider';

const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Whether a page of this origin may read what the token endpoint answers for a client (AS-03): a public client's own page, known by its
 * redirects. Where the operator opts in, a page on any loopback port counts as one of a loopback client: tools that open a port for their
 * page and another one for the answer.
 */
export function mayReadAnswers(origin: string, client: Pick<Client, 'clientAuthMethod' | 'redirectUris'>, allowLoopbackOrigins: boolean): boolean {
  if (client.clientAuthMethod !== 'none' || origin === 'null') return false;
  const redirects = (client.redirectUris ?? []).flatMap((uri) => URL.parse(uri) ?? []);
  if (redirects.some((redirect) => redirect.origin === origin)) return true;
  return allowLoopbackOrigins && isLoopback(URL.parse(origin)) && redirects.some(isLoopback);
}

const isLoopback = (url: URL | null): boolean => url !== null && url.protocol === 'http:' && loopbackHosts.has(url.hostname);
