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

export interface CodeRequest {
  issuer: string;
  resource: string;
  scope: string;
  account: Account;
  /** Without one, it registers itself. */
  client?: string;
}

export interface Code {
  clientId: string;
  code: string;
  redirectUri: string;
  verifier: string;
  resource: string;
}

/** Registers, signs in and consents with plain requests. Nothing listens on the redirect URI. */
export async function obtainCode({ issuer, resource, scope, account, client }: CodeRequest): Promise<Code> {
  const redirectUri = 'http://127.0.0.1:9/callback';
  const clientId = client ?? await registerClient(issuer, redirectUri);
  const verifier = randomBytes(32).toString('base64url');
  const authorize = new URL(`${issuer}/oauth/authorize`);
  authorize.search = new URLSearchParams({
    response_type: 'code', client_id: clientId, redirect_uri: redirectUri, scope, resource, state: randomBytes(8).toString('hex'),
    code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256',
  }).toString();
  const answer = await new FormBrowser(account).authorize(authorize, redirectUri, { deliver: false });
  const code = answer.searchParams.get('code');
  if (code === null) throw new Error(`No code: ${answer.search}`);
  return { clientId, code, redirectUri, verifier, resource };
}

/** RFC 6749 section 4.1.3 with PKCE. */
export async function redeemCode(issuer: string, { clientId, code, redirectUri, verifier, resource }: Code): Promise<{ status: number; body: Record<string, string> }> {
  const response = await fetch(`${issuer}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'authorization_code', client_id: clientId, code, redirect_uri: redirectUri, code_verifier: verifier, resource }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, string> };
}

/** The whole code flow, for tests that need a token and not a journey. */
export async function obtainToken(request: CodeRequest): Promise<Grant> {
  const code = await obtainCode(request);
  const { status, body } = await redeemCode(request.issuer, code);
  if (status !== 200) throw new Error(`Token: ${status} ${JSON.stringify(body)}`);
  return { clientId: code.clientId, access: body['access_token'] ?? '', refresh: body['refresh_token'], scope: body['scope'] ?? '' };
}
