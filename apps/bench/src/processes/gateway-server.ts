import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { writerOf, type FeedRecord } from '@latchkey/contracts';
import { InProcessFeed } from '@latchkey/feed';
import { ToldTrail } from './told-trail.ts';
import { readGatewayEnv, startGateway, type RunningGateway } from '@latchkey/gateway';
import { createLogger } from '@latchkey/telemetry';
import { mintToken } from '@latchkey/token';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';
import { request } from 'undici';
import { memoryHeld } from '../memory.ts';
import { answerCalls } from './calls.ts';
import { costOf, type Cost } from './cost.ts';
import { PlayedWriter } from './played-writer.ts';

export interface GatewayPlace {
  url: string;
  /** Of people, one each */
  keys: string[];
  accessTokens: string[];
  /** Of the first of them, once more: for one tool alone */
  narrowedKeys: string[];
  /** What access tokens are signed with, and what has to stand in them */
  signing: JWK;
  issuer: string;
  audience: string;
}

const gatewayUrl = 'http://gateway.bench';
const issuer = 'http://issuer.bench';
const audience = `${gatewayUrl}/mcp/demo`;
const narrowed = 10;
let gateway: RunningGateway | undefined;
const trail = new ToldTrail();

async function sign(signing: CryptoKey, sub: string): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: issuer, sub, aud: audience, iat: now - 5, exp: now + 3600, jti: randomUUID(), client_id: 'client-1', scope: 'mcp:read mcp:execute', org: 'acme',
    gid: randomUUID(), sid: randomUUID(),
  };
  return new SignJWT(claims).setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'k1' }).sign(signing);
}

const calls = {
  /** Everything on: authorization, limits in Redis, the assertion to the upstream, audit of every call that may change something. */
  start: async ({ upstreamUrl, redisUrl, people }: { upstreamUrl: string; redisUrl: string; people: number }): Promise<GatewayPlace> => {
    const feed = new InProcessFeed();
    const writers = { identity: new PlayedWriter(feed, 'identity'), keys: new PlayedWriter(feed, 'keys') };
    await Promise.all(Object.values(writers).map((writer) => writer.start()));
    const publish = (record: FeedRecord): Promise<void> => writers[writerOf[record.kind]].publish(record);
    const signing = await generateKeyPair('ES256', { extractable: true });
    const ours = await generateKeyPair('ES256', { extractable: true });
    await publish({ kind: 'jwks', keys: [{ ...(await exportJWK(signing.publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' }] });
    await publish({ kind: 'org', id: 'acme', disabled: false, epoch: null });
    await publish({ kind: 'server', id: randomUUID(), slug: 'demo', org: 'acme', project: 'main', folder: null, name: 'Demo', url: upstreamUrl, deletedAt: null });
    const [keys, narrowedKeys, accessTokens]: [string[], string[], string[]] = [[], [], []];
    const mint = async (owner: string, tools: string[] | null): Promise<string> => {
      const { token, publicId, hash } = mintToken();
      await publish({
        kind: 'pat', id: publicId, hash, org: 'acme', owner, scopes: ['mcp:read', 'mcp:execute'], projects: null, grants: null, tools,
        mintedAt: Math.floor(Date.now() / 1000) - 10, expiresAt: null, revokedAt: null,
      });
      return token;
    };
    for (let person = 0; person < people; person += 1) {
      const id = `user-${person}`;
      await publish({ kind: 'user', id, disabled: false, epoch: null });
      await publish({ kind: 'member', user: id, memberships: [{ org: 'acme', role: 'member', projects: { main: 'contributor' }, epoch: null }] });
      keys.push(await mint(id, null));
      if (person < narrowed) narrowedKeys.push(await mint(id, ['demo:add']));
      accessTokens.push(await sign(signing.privateKey, id));
    }
    gateway = await startGateway({
      feed, trail, logger: createLogger('gateway', 'warn'),
      env: readGatewayEnv({
        PORT: '0', HOST: '127.0.0.1', LATCHKEY_MANAGEMENT_PORT: '0', LATCHKEY_GATEWAY_URL: gatewayUrl, LATCHKEY_ISSUER: issuer,
        LATCHKEY_IDENTITY_INTERNAL_URL: upstreamUrl, LATCHKEY_KEYS_URL: new URL(upstreamUrl).origin, REDIS_URL: redisUrl,
        LATCHKEY_GATEWAY_SIGNING_KEY: JSON.stringify(await exportJWK(ours.privateKey)), LATCHKEY_SESSION_SEALING_KEY: randomBytes(32).toString('base64'),
        LATCHKEY_ALLOW_PRIVATE_UPSTREAMS: 'true', LATCHKEY_RATE_LIMIT_PER_MINUTE: '1000000000', LATCHKEY_FAILED_CREDENTIALS_PER_MINUTE: '1000000000',
      }),
    });
    const url = `http://127.0.0.1:${gateway.port}`;
    for (;;) {
      const { statusCode, body } = await request(`${url}/readyz`);
      await body.dump();
      if (statusCode === 200) break;
      await sleep(20);
    }
    return { url: `${url}/mcp/demo`, keys, accessTokens, narrowedKeys, signing: await exportJWK(signing.privateKey), issuer, audience };
  },
  cost: (): Cost => costOf(process),
  /** After a collection; of a process that may be asked for one */
  memory: () => memoryHeld(),
  told: (): number => trail.bytes,
};
export type GatewayServerCalls = typeof calls;

answerCalls(calls, async () => {
  await gateway?.close();
});
