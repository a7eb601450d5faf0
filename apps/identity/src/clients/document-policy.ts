import type { Client } from 'oidc-provider';
import type { IdentityEnv } from '../env.ts';
import { isListed, webHost } from './domain-list.ts';
import { isNativeRedirect, redirectProblem } from './redirect-rules.ts';

/** What the operator lets in of clients that describe themselves in a document; organizations add to it at consent. */
export interface DocumentPolicy {
  allowPrivateUse: boolean;
  /** Clients that can be answered on the user's own computer only, where any program could be them. */
  allowLoopbackOnly: boolean;
  /** Null is every domain. */
  allowedDomains: readonly string[] | null;
  blockedDomains: readonly string[];
}

export const documentPolicy = (env: IdentityEnv): DocumentPolicy => ({
  allowPrivateUse: env.LATCHKEY_ALLOW_PRIVATE_USE_REDIRECTS,
  allowLoopbackOnly: env.LATCHKEY_ALLOW_LOOPBACK_CLIENTS,
  allowedDomains: env.LATCHKEY_CLIENT_DOCUMENT_ALLOWED_DOMAINS ?? null,
  blockedDomains: env.LATCHKEY_CLIENT_DOCUMENT_BLOCKED_DOMAINS,
});

/** Whether a document may be asked for at all: what is not let in is not fetched either. */
export function isAllowedSource(url: string, { allowedDomains, blockedDomains }: DocumentPolicy): boolean {
  const host = webHost(url);
  if (host === null || isListed(host, blockedDomains)) return false;
  return allowedDomains === null || isListed(host, allowedDomains);
}

/**
 * What MCP's profile (draft-00) asks of a document beyond the engine's, and what the operator does; judged on every use and not only when it
 * was fetched (AS-12).
 */
export function isAllowedDocument(client: Pick<Client, 'clientId' | 'clientName' | 'redirectUris'>, policy: DocumentPolicy): boolean {
  const { clientId, clientName, redirectUris } = client;
  if (!isAllowedSource(clientId, policy)) return false;
  if (clientName === undefined || clientName === '' || clientName.length > 200) return false;
  if (redirectUris === undefined || redirectUris.length === 0 || redirectUris.length > 50) return false;
  if (!policy.allowLoopbackOnly && redirectUris.every((uri) => isNativeRedirect(uri) && /^http:/i.test(uri))) return false;
  return redirectUris.every((uri) => redirectProblem(uri, policy.allowPrivateUse) === null);
}
