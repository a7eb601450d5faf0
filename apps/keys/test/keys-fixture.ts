import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FakeWallClock } from '@latchkey/clock/testing';
import { identityAssertionType, identityHeader, mintedPatSchema, type FeedMessage, type IdentityAssertionClaims, type MintedPat } from '@latchkey/contracts';
import { InProcessFeed, type AuditTrail, type Feed, type NatsCalls } from '@latchkey/feed';
import type { RunningWriter } from '@latchkey/service';
import { requireDescribed } from '@latchkey/service/testing';
import { createLogger } from '@latchkey/telemetry';
import { freshDatabase, type TestDatabase } from '@latchkey/testing';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import pg from 'pg';
import { request } from 'undici';
import { readKeysEnv, startKeys } from '../src/index.ts';
import { migrated } from './migrated.ts';

export const keysUrl = 'http://keys.internal:8082';
export const gatewayUrl = 'https://gateway.example';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export type Claims = Partial<IdentityAssertionClaims>;
export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Record<string, unknown> & { items: Record<string, unknown>[]; nextCursor: string | null; issues: { path: string; message: string }[] };
}

/** Ann owns acme, Bob contributes to acme's prod, Eve owns globex. */
export const ann: Claims = { sub: 'ann', org: 'acme', scope: 'keys:write', roles: { org: 'owner', projects: {} } };
export const bob: Claims = { sub: 'bob', org: 'acme', scope: 'keys:write', roles: { org: 'member', projects: { prod: 'contributor' } } };
export const eve: Claims = { sub: 'eve', org: 'globex', scope: 'keys:write', roles: { org: 'owner', projects: {} } };

/** Acts as the gateway does towards this service: publishes a key, and signs who is calling. */
class Gateway {
  private constructor(
    private readonly server: Server,
    private readonly key: CryptoKey,
    readonly jwksUrl: string,
  ) {}

  static async start(): Promise<Gateway> {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' }] });
    const server = createServer((_request, response) => void response.setHeader('content-type', 'application/json').end(jwks));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Gateway(server, privateKey, `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`);
  }

  async assert(claims: Claims, { key = this.key, typ = identityAssertionType }: { key?: CryptoKey; typ?: string } = {}): Promise<string> {
    const iat = Math.floor(Date.now() / 1000);
    return new SignJWT({
      iss: gatewayUrl,
      aud: keysUrl,
      iat,
      exp: iat + 60,
      credential: { kind: 'access_token', id: 'jti-1' },
      ...claims,
    })
      .setProtectedHeader({ alg: 'ES256', typ, kid: 'k1' })
      .sign(key);
  }

  close(): Promise<void> {
    return new Promise((resolve) => void this.server.close(() => resolve()));
  }
}

export interface FixtureOptions {
  feed?: Feed;
  tokenPrefix?: string;
  trail?: AuditTrail;
  calls?: NatsCalls;
  /** Variables beside those that every test needs. */
  env?: Record<string, string>;
}

/** The key service as it runs, on a database of its own, with somebody in the gateway's place. */
export class KeysFixture {
  readonly logLines: string[] = [];
  readonly clock = new FakeWallClock(Date.UTC(2026, 2, 1, 12, 0, 0, 123));
  readonly messages: FeedMessage[] = [];

  private service: RunningWriter | undefined;

  private constructor(
    readonly gateway: Gateway,
    private feed: Feed,
    private readonly database: TestDatabase,
    private readonly tokenPrefix: string | undefined,
    private readonly trail: AuditTrail | undefined,
    private env: Record<string, string>,
    private readonly calls: NatsCalls | undefined,
  ) {}

  static async start({ feed = new InProcessFeed(), tokenPrefix, trail, calls, env = {} }: FixtureOptions = {}): Promise<KeysFixture> {
    const [gateway, database] = await Promise.all([Gateway.start(), freshDatabase(migrated)]);
    const fixture = new KeysFixture(gateway, feed, database, tokenPrefix, trail, env, calls);
    await fixture.startService();
    return fixture;
  }

  get databaseUrl(): string {
    return this.database.url;
  }

  private async startService(): Promise<void> {
    const env = readKeysEnv({
      HOST: '127.0.0.1',
      PORT: '0',
      DATABASE_URL: this.database.url,
      LATCHKEY_KEYS_URL: keysUrl,
      LATCHKEY_GATEWAY_URL: gatewayUrl,
      LATCHKEY_GATEWAY_JWKS_URL: this.gateway.jwksUrl,
      LATCHKEY_LOG_LEVEL: 'trace',
      LATCHKEY_TOKEN_PREFIX: this.tokenPrefix,
      LATCHKEY_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
      ...this.env,
    });
    const logger = createLogger('keys', 'trace', { write: (line) => void this.logLines.push(line) });
    this.service = await startKeys({ env, feed: this.feed, logger, clock: this.clock, ...(this.trail === undefined ? {} : { trail: this.trail }), ...(this.calls === undefined ? {} : { calls: this.calls }) });
  }

  /** Starts anew on the same database with an empty feed, as a new process of a standalone installation does. */
  async restart(env = this.env): Promise<void> {
    this.env = env;
    await this.service?.close();
    await this.feed.close();
    this.feed = new InProcessFeed();
    await this.startService();
  }

  /** Gathers what a gateway would see of this writer. */
  async follow(): Promise<void> {
    this.messages.length = 0;
    await this.feed.follow('keys', null, { onMessage: (message) => void this.messages.push(message) });
  }

  /** What Prometheus would read. */
  async metrics(): Promise<string> {
    return (await fetch(`http://127.0.0.1:${this.service?.managementPort}/metrics`)).text();
  }

  /** A part of the running service. */
  get<T>(type: new (...args: never[]) => T): T {
    if (this.service === undefined) throw new Error('the service is not running');
    return this.service.app.get<T>(type);
  }

  newestOf(id: unknown): FeedMessage | undefined {
    return this.messages.filter(({ subject }) => subject === `feed.keys.pat.${String(id)}`).at(-1);
  }

  async send(method: Method, path: string, headers: Record<string, string>, body?: string): Promise<Answer> {
    const answer = await request(`http://127.0.0.1:${this.service?.port}${path}`, { method, headers, body });
    const text = await answer.body.text();
    const given = { status: answer.statusCode, body: (text === '' ? {} : JSON.parse(text)) as Answer['body'] };
    requireDescribed({ method, path, ...given });
    return { ...given, headers: answer.headers };
  }

  async call(as: Claims, method: Method, path: string, body?: unknown, more: Record<string, string> = {}): Promise<Answer> {
    const headers = { ...more, [identityHeader]: await this.gateway.assert(as), ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
    return this.send(method, path, headers, body === undefined ? undefined : JSON.stringify(body));
  }

  /** Mints, and expects that to work. */
  async mint(as: Claims, more: Record<string, unknown> = {}): Promise<MintedPat> {
    const answer = await this.call(as, 'POST', '/v1/pats', { name: 'a key', org: as.org, scopes: ['mcp:read'], expiresIn: '30d', ...more });
    expect(answer).toMatchObject({ status: 201 });
    return mintedPatSchema.parse(answer.body);
  }

  async query<T extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<T[]> {
    const client = new pg.Client({ connectionString: this.database.url, options: '-c search_path=keys' });
    await client.connect();
    try {
      return (await client.query<T>(text, values)).rows;
    } finally {
      await client.end();
    }
  }

  async stop(): Promise<void> {
    await this.service?.close();
    await this.feed.close();
    await this.gateway.close();
    await this.database.drop();
  }
}
