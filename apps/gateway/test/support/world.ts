import { randomBytes, randomUUID } from 'node:crypto';
import { writerOf, type FeedRecord, type PatRecord, type ServerRecord, type Writer } from '@latchkey/contracts';
import { InProcessFeed, type AuditTrail } from '@latchkey/feed';
import { createLogger } from '@latchkey/telemetry';
import { mintToken } from '@latchkey/token';
import { eventually } from '@latchkey/testing';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { readGatewayEnv, startGateway } from '../../src/index.ts';
import { send, type Answer, type SendOptions } from './send.ts';
import { PlayedWriter } from './played-writer.ts';
import { startUpstream, type TestUpstream } from './upstream.ts';

export const issuer = 'http://issuer.test';
const nowSeconds = () => Math.floor(Date.now() / 1000);

/** One gateway on a real feed, with an upstream behind it and the part of the writers played by the spec. */
export interface World {
  url: string;
  mcp: string;
  upstream: TestUpstream;
  feed: InProcessFeed;
  writers: Record<Writer, PlayedWriter>;
  management: string;
  /** Every log line so far. */
  log(): string;
  publish(record: FeedRecord): Promise<void>;
  pat(more?: Partial<PatRecord>): Promise<{ token: string; record: PatRecord }>;
  jwt(claims?: object, header?: object): Promise<string>;
  server(more?: Partial<ServerRecord>): ServerRecord;
  post(body: SendOptions['body'], headers?: SendOptions['headers'], path?: string): Promise<Answer>;
  drain(withinMs: number): Promise<void>;
  close(): Promise<void>;
}

export interface WorldOptions {
  env?: Record<string, string>;
  /** Published before the gateway starts, beside the usual ones. */
  records?: FeedRecord[];
  prepare?: boolean;
  feed?: InProcessFeed;
  trail?: AuditTrail;
  usageIntervalMs?: number;
  healthIntervalMs?: number;
}

export async function startWorld({ env = {}, records = [], prepare = true, feed: given, trail, usageIntervalMs = 3_600_000, healthIntervalMs = 3_600_000 }: WorldOptions = {}): Promise<World> {
  const upstream = await startUpstream();
  const feed = given ?? new InProcessFeed();
  const writers = { identity: new PlayedWriter(feed, 'identity'), keys: new PlayedWriter(feed, 'keys') };
  for (const writer of Object.values(writers)) await writer.start();
  const publish = async (record: FeedRecord): Promise<void> => {
    await writers[writerOf[record.kind]].publish(record);
  };
  const signing = await generateKeyPair('ES256', { extractable: true });
  const ours = await generateKeyPair('ES256', { extractable: true });
  const server = (more: Partial<ServerRecord> = {}): ServerRecord => ({
    kind: 'server', id: randomUUID(), slug: 'demo', org: 'acme', project: 'main', folder: null, name: 'Demo', url: upstream.url, deletedAt: null, ...more,
  });

  if (prepare) for (const writer of ['identity', 'keys'] as const) await feed.prepare(writer);
  await publish({ kind: 'jwks', keys: [{ ...(await exportJWK(signing.publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' }] });
  await publish({ kind: 'user', id: 'user-1', disabled: false, epoch: null });
  await publish({ kind: 'org', id: 'acme', disabled: false, epoch: null });
  await publish({ kind: 'member', user: 'user-1', memberships: [{ org: 'acme', role: 'member', projects: { main: 'contributor' }, epoch: null }] });
  await publish(server());
  for (const record of records) await publish(record);

  const lines: string[] = [];
  const gatewayUrl = 'http://gateway.test';
  const gateway = await startGateway({
    feed,
    usageIntervalMs,
    healthIntervalMs,
    ...(trail === undefined ? {} : { trail }),
    logger: createLogger('gateway', 'debug', { write: (line) => void lines.push(line) }),
    env: readGatewayEnv({
      PORT: '0', HOST: '127.0.0.1', LATCHKEY_GATEWAY_URL: gatewayUrl, LATCHKEY_ISSUER: issuer,
      LATCHKEY_GATEWAY_SIGNING_KEY: JSON.stringify(await exportJWK(ours.privateKey)),
      LATCHKEY_SESSION_SEALING_KEY: randomBytes(32).toString('base64'),
      LATCHKEY_IDENTITY_INTERNAL_URL: upstream.origin, LATCHKEY_KEYS_URL: upstream.origin,
      LATCHKEY_ALLOW_PRIVATE_UPSTREAMS: 'true', LATCHKEY_RATE_LIMIT_PER_MINUTE: '10000', ...env,
    }),
  });
  const url = `http://127.0.0.1:${gateway.port}`;
  if (prepare) await eventually(async () => (await send(`${url}/readyz`, { method: 'GET' })).status === 200);

  return {
    url, mcp: `${url}/mcp/demo`, management: `http://127.0.0.1:${gateway.managementPort}`, upstream, feed, writers, publish, server,
    log: () => lines.join(''),
    async pat(more = {}) {
      const { token, publicId, hash } = mintToken();
      const record: PatRecord = {
        kind: 'pat', id: publicId, hash, org: 'acme', owner: 'user-1', scopes: ['mcp:read', 'mcp:execute'],
        projects: null, grants: null, tools: null, mintedAt: nowSeconds() - 10, expiresAt: null, revokedAt: null, ...more,
      };
      await publish(record);
      return { token, record };
    },
    jwt: (claims = {}, header = {}) =>
      new SignJWT({
        iss: issuer, sub: 'user-1', aud: `${gatewayUrl}/mcp/demo`, exp: nowSeconds() + 600, iat: nowSeconds() - 5, jti: randomUUID(), client_id: 'client-1',
        scope: 'mcp:read mcp:execute', org: 'acme', gid: 'gid-1', sid: 'sid-1', ...claims,
      }).setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'k1', ...header }).sign(signing.privateKey),
    post: (body, headers = {}, path = '/mcp/demo') =>
      send(`${url}${path}`, { headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers }, ...(body === undefined ? {} : { body }) }),
    drain: (withinMs) => gateway.drain(withinMs),
    async close() {
      await gateway.close();
      for (const writer of Object.values(writers)) writer.stop();
      await feed.close();
      await upstream.close();
    },
  };
}

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
export const call = (name = 'add', id: number | string = 1) => ({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: {} } });
export const list = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} };
