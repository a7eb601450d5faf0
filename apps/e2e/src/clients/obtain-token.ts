import { createHash, randomBytes } from 'node:crypto';
import { FormBrowser, type Account } from './form-browser.ts';

export interface Grant {
  clientId: string;
  access: string;
  refresh: string | undefined;
  scope: string;
}

/** Registers a public client. */
export async function registerClient(issuer: string, redirectUri: string, clientName = 'End-to-end tests'): Promise<string> {
  const response = await fetch(`${issuer}/oauth/clients/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ client_name: clientName, redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' }),
  });
  if (response.status !== 201) throw new Error(`Registration: ${response.status} ${await response.text()}`);
  return ((await response.json()) as { client_id: string }).client_id;
}

/** The whole code flow with plain requests, for tests that need a token and not a journey. Nothing listens on the redirect URI. */
export async function obtainToken(options: { issuer: string; resource: string; scope: string; account: Account }): Promise<Grant> {
  const { issuer, resource, scope, account } = options;
  const redirectUri = 'http://127.0.0.1:9/callback';
  const clientId = await registerClient(issuer, redirectUri);
  const verifier = randomBytes(32).toString('base64url');
  const authorize = new URL(`${issuer}/oauth/authorize`);
  authorize.search = new URLSearchParams({
    response_type: 'code', client_id: clientId, redirect_uri: redirectUri, scope, resource, state: randomBytes(8).toString('hex'),
    code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256',
  }).toString();
  const answer = await new FormBrowser(account).authorize(authorize, redirectUri, { deliver: false });
  const code = answer.searchParams.get('code');
  if (code === null) throw new Error(`No code: ${answer.search}`);
  const response = await fetch(`${issuer}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'authorization_code', client_id: clientId, code, redirect_uri: redirectUri, code_verifier: verifier, resource }),
  });
  if (response.status !== 200) throw new Error(`Token: ${response.status} ${await response.text()}`);
  const tokens = (await response.json()) as { access_token: string; refresh_token?: string; scope: string };
  return { clientId, access: tokens.access_token, refresh: tokens.refresh_token, scope: tokens.scope };
}
