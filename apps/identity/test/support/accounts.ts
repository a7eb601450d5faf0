import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { identityAssertionType, type IdentityAssertionClaims } from '@latchkey/contracts';
import { InProcessFeed } from '@latchkey/feed';
import { createLogger } from '@latchkey/telemetry';
import { freePort, freshDatabase } from '@latchkey/testing';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { DataSource } from 'typeorm';
import { CreateUser } from '../../src/accounts/create-user.ts';
import { AddMember } from '../../src/organizations/add-member.ts';
import { CreateOrganization } from '../../src/organizations/create-organization.ts';
import { CreateProject } from '../../src/organizations/create-project.ts';
import type { IdentityOptions } from '../../src/app.module.ts';
import { readIdentityEnv, startIdentity } from '../../src/index.ts';
import { migrated } from './migrated.ts';

export const gatewayUrl = 'http://gateway.test';
export const admin = { email: 'admin@example.com', password: 'correct horse battery', org: 'acme', project: 'prod' };

/** The gateway's side of an assertion: a key of its own, published over HTTP. */
export async function startAsserter(): Promise<{ jwksUrl: string; sign: Signer; foreignSign: Signer; close: () => Promise<void> }> {
  const known = await generateKeyPair('ES256', { extractable: true });
  const foreign = await generateKeyPair('ES256');
  const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(known.publicKey)), kid: 'gateway-1', alg: 'ES256', use: 'sig' }] });
  const server: Server = createServer((_request, response) => response.setHeader('content-type', 'application/json').end(jwks));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    jwksUrl: `http://127.0.0.1:${port}/jwks.json`,
    sign: signer(known.privateKey),
    foreignSign: signer(foreign.privateKey),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

type Signer = (claims: Partial<IdentityAssertionClaims>, header?: { typ?: string }) => Promise<string>;

function signer(key: CryptoKey): Signer {
  return ({ iat = Math.floor(Date.now() / 1000), exp = iat + 60, ...claims }, { typ = identityAssertionType } = {}) =>
    new SignJWT({ credential: { kind: 'pat', id: 'Ab12Cd34' }, ...claims, iat, exp }).setProtectedHeader({ alg: 'ES256', kid: 'gateway-1', typ }).sign(key);
}

export type Accounts = Awaited<ReturnType<typeof startAccounts>>;

/** The whole identity service on a database of its own, seeded with an administrator, `acme` and `prod`. */
export async function startAccounts(overrides: Record<string, string> = {}, options: Pick<IdentityOptions, 'clock' | 'txtResolver'> = {}) {
  const database = await freshDatabase(migrated);
  const asserter = await startAsserter();
  const port = await freePort();
  const issuer = `http://127.0.0.1:${port}`;
  const env = readIdentityEnv({
    HOST: '127.0.0.1',
    PORT: String(port),
    LATCHKEY_MANAGEMENT_PORT: '0',
    LATCHKEY_ISSUER: issuer,
    LATCHKEY_GATEWAY_URL: gatewayUrl,
    LATCHKEY_GATEWAY_JWKS_URL: asserter.jwksUrl,
    LATCHKEY_MASTER_KEY: randomBytes(32).toString('base64'),
    DATABASE_URL: database.url,
    ...overrides,
  });
  const feed = new InProcessFeed();
  const identity = await startIdentity({ env, feed, logger: createLogger('identity', process.env.TEST_LOG_LEVEL ?? 'silent'), ...options });
  await identity.seed.admin(admin);
  const app = identity.app;
  const dataSource = app.get(DataSource);
  return {
    issuer,
    env,
    feed,
    identity,
    dataSource,
    asserter,
    createUser: (email: string, password: string = randomUUID(), emailVerified = false) => app.get(CreateUser).run({ email, password, name: email, emailVerified }),
    createOrg: (slug: string, owner: string, name = slug) => app.get(CreateOrganization).run({ slug, name, owner }),
    createProject: (org: string, slug: string) => app.get(CreateProject).run({ org, slug, name: slug }),
    addMember: (input: Parameters<AddMember['run']>[0]) => app.get(AddMember).run(input),
    userId: async (email: string) => (await dataSource.query<{ id: string }[]>('SELECT id FROM users WHERE email = $1', [email]))[0]!.id,
    outbox: async <T>(subject: string) =>
      (await dataSource.query<{ version: string; record: T }[]>('SELECT version, record FROM outbox WHERE subject = $1', [subject]))[0],
    async close() {
      await identity.close();
      await feed.close();
      await asserter.close();
      await database.drop();
    },
  };
}

/** Registers a client as any MCP client would. */
export async function registerClient(issuer: string, metadata: Record<string, unknown> = {}): Promise<string> {
  const response = await fetch(`${issuer}/oauth/clients/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ client_name: 'Test client', redirect_uris: ['https://app.example/callback'], token_endpoint_auth_method: 'none', ...metadata }),
  });
  if (response.status !== 201) throw new Error(`registration: ${response.status} ${await response.text()}`);
  return ((await response.json()) as { client_id: string }).client_id;
}

export interface AuthorizationRequest {
  clientId: string;
  redirectUri?: string;
  scope?: string;
  resource?: string;
  extra?: Record<string, string>;
}

export const verifier = 'a-verifier-of-this-test-that-is-long-enough-for-rfc-7636';

export function authorizeUrl(issuer: string, { clientId, redirectUri = 'https://app.example/callback', scope, resource, extra }: AuthorizationRequest): string {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    state: 'state-1',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...(scope === undefined ? {} : { scope }),
    ...(resource === undefined ? {} : { resource }),
    ...extra,
  });
  return `${issuer}/oauth/authorize?${query.toString()}`;
}

export interface Page {
  url: string;
  status: number;
  text: string;
  headers: Headers;
}

/** A browser without script: it keeps cookies, follows redirects on the issuer, and sends forms as they stand on the page. */
export class FormBrowser {
  readonly cookies = new Map<string, { value: string; path: string }>();

  constructor(
    private readonly issuer: string,
    private readonly userAgent = 'test',
  ) {}

  get(url: string): Promise<Page> {
    return this.go(url, { method: 'GET' });
  }

  /** Sends the form of a page, with its hidden fields, as a press of `button` would. */
  submit(page: Page, fields: Record<string, string>, button?: { name: string; value: string }): Promise<Page> {
    const form = /<form method="post" action="([^"]+)">([\s\S]*?)<\/form>/.exec(page.text.slice(page.text.indexOf('<main>')));
    if (form === null) throw new Error(`no form on ${page.url}:\n${page.text}`);
    const hidden = [...form[2]!.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)].map(([, name, value]) => [name!, value!] as const);
    const pressed = button === undefined ? [] : [[button.name, button.value] as const];
    return this.post(new URL(form[1]!, page.url).href, Object.fromEntries([...hidden, ...Object.entries(fields), ...pressed]));
  }

  post(url: string, fields: Record<string, string>): Promise<Page> {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return this.go(url, { method: 'POST', headers, body: new URLSearchParams(fields).toString() });
  }

  private async go(url: string, init: RequestInit): Promise<Page> {
    const headers = new Headers(init.headers);
    headers.set('accept', 'text/html');
    headers.set('user-agent', this.userAgent);
    const cookie = this.cookieHeader(url);
    if (cookie !== '') headers.set('cookie', cookie);
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    this.keep(response, url);
    const location = response.headers.get('location');
    if (location === null) return { url, status: response.status, text: await response.text(), headers: response.headers };
    const next = new URL(location, url).href;
    // Away from the issuer is where a client takes over.
    if (!next.startsWith(this.issuer)) return { url: next, status: response.status, text: '', headers: response.headers };
    return this.go(next, { method: 'GET' });
  }

  private cookieHeader(url: string): string {
    const { pathname } = new URL(url);
    return [...this.cookies]
      .filter(([, { path }]) => pathname === path || pathname.startsWith(path.endsWith('/') ? path : `${path}/`))
      .map(([name, { value }]) => `${name.split('|')[0]}=${value}`)
      .join('; ');
  }

  private keep(response: Response, url: string): void {
    for (const line of response.headers.getSetCookie()) {
      const [pair, ...attributes] = line.split(/; */);
      const [name, value] = [pair!.slice(0, pair!.indexOf('=')), pair!.slice(pair!.indexOf('=') + 1)];
      const path = attributes.find((attribute) => /^path=/i.test(attribute))?.slice(5) ?? new URL(url).pathname;
      const gone = value === '' || attributes.some((attribute) => /^max-age=0$/i.test(attribute) || /^expires=Thu, 01 Jan 1970/i.test(attribute));
      if (gone) this.cookies.delete(`${name}|${path}`);
      else this.cookies.set(`${name}|${path}`, { value, path });
    }
  }
}

export const allow = { name: 'decision', value: 'allow' };
export const deny = { name: 'decision', value: 'deny' };
