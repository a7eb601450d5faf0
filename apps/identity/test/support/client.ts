import { createHash, randomBytes } from 'node:crypto';
import { FormBrowser, type Page } from './browser.ts';
import { admin, demo } from './identity.ts';

export const loopback = 'http://127.0.0.1:33418/callback';

export interface Registered {
  client_id: string;
  client_secret?: string;
  registration_access_token: string;
  registration_client_uri: string;
  [name: string]: unknown;
}

export const register = (issuer: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${issuer}/oauth/clients/register`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) });

export async function registered(issuer: string, body: Record<string, unknown> = {}): Promise<Registered> {
  const response = await register(issuer, { client_name: 'Test', redirect_uris: [loopback], token_endpoint_auth_method: 'none', ...body });
  if (response.status !== 201) throw new Error(`${response.status}: ${await response.text()}`);
  return (await response.json()) as Registered;
}

export const pkce = () => {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
};

export interface Asked {
  /** Parameters beside or instead of the usual ones; undefined leaves one out. */
  params?: Record<string, string | undefined>;
  browser?: FormBrowser;
  /** Who signs in; the administrator if nobody is named. */
  as?: { email: string; password: string };
}

export interface Authorized {
  code: string;
  verifier: string;
  redirectUri: string;
  answer: URL;
}

export function authorizeUrl(issuer: string, clientId: string, params: Record<string, string | undefined>): string {
  const url = new URL(`${issuer}/oauth/authorize`);
  const all = { response_type: 'code', client_id: clientId, redirect_uri: loopback, state: 's1', code_challenge_method: 'S256', resource: demo, scope: 'mcp:read mcp:execute', ...params };
  for (const [name, value] of Object.entries(all)) if (value !== undefined) url.searchParams.set(name, value);
  return url.href;
}

/** Signs in if asked to and consents, as a person would in the pages. */
export async function throughPages(browser: FormBrowser, start: Page, decision = 'allow', { email, password }: { email: string; password: string } = admin): Promise<Page> {
  let page = start;
  if (/action="[^"]*\/login"/.test(page.text)) page = await browser.submit(page, /\/login$/, { email, password });
  if (page.left === undefined) page = await browser.submit(page, /\/consent$/, { decision });
  return page;
}

/** A whole authorization by forms. */
export async function authorize(issuer: string, clientId: string, { params = {}, browser = new FormBrowser(issuer), as }: Asked = {}): Promise<Authorized> {
  const { verifier, challenge } = pkce();
  const page = await throughPages(browser, await browser.open(authorizeUrl(issuer, clientId, { code_challenge: challenge, ...params })), 'allow', as);
  const code = page.left?.searchParams.get('code');
  if (page.left === undefined || code === null || code === undefined) throw new Error(`no code: ${page.status} ${page.left?.href ?? page.url}\n${page.text.slice(0, 2000)}`);
  return { code, verifier, redirectUri: params.redirect_uri ?? loopback, answer: page.left };
}

export interface TokenAnswer {
  status: number;
  headers: Headers;
  body: { access_token?: string; refresh_token?: string; id_token?: string; scope?: string; expires_in?: number; token_type?: string; error?: string; error_description?: string };
}

export async function post(issuer: string, path: string, form: Record<string, string>, headers: Record<string, string> = {}): Promise<TokenAnswer> {
  const response = await fetch(`${issuer}${path}`, { method: 'POST', body: new URLSearchParams(form), headers });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: (text === '' ? {} : JSON.parse(text)) as TokenAnswer['body'] };
}

export const redeem = (issuer: string, clientId: string, { code, verifier, redirectUri }: Authorized, more: Record<string, string> = {}): Promise<TokenAnswer> =>
  post(issuer, '/oauth/token', { grant_type: 'authorization_code', client_id: clientId, code, code_verifier: verifier, redirect_uri: redirectUri, ...more });

export const refresh = (issuer: string, clientId: string, token: string, more: Record<string, string> = {}): Promise<TokenAnswer> =>
  post(issuer, '/oauth/token', { grant_type: 'refresh_token', client_id: clientId, refresh_token: token, ...more });

/** From nothing to tokens. */
export async function connect(issuer: string, params: Record<string, string | undefined> = {}, { as, client }: { as?: Asked['as']; client?: string } = {}) {
  const clientId = client ?? (await registered(issuer)).client_id;
  const answer = await redeem(issuer, clientId, await authorize(issuer, clientId, { params, ...(as === undefined ? {} : { as }) }));
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  return { clientId, tokens: answer.body as { access_token: string; refresh_token: string; scope: string; expires_in: number } };
}
