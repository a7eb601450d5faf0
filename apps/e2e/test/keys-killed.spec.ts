import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as after } from 'node:timers/promises';
import { identityAssertionType, identityHeader } from '@latchkey/contracts';
import { eventually, freePort, freshDatabase, startNats, verifies, type TestDatabase, type TestNats } from '@latchkey/testing';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import pg from 'pg';
import { node, repository } from '../src/harness/repository.ts';
import { startServiceProcess, type ServiceProcess } from '../src/harness/service-process.ts';
import { freshLogDir } from '../src/harness/system.ts';

const gatewayUrl = 'https://gateway.example';
const keysUrl = 'http://keys.internal:8082';
const nobody = { status: 0, body: {} as Record<string, unknown> };

describe('the key service, killed while it mints and rotates', () => {
  let database: TestDatabase;
  let nats: TestNats;
  let jwks: Server;
  let signing: CryptoKey;
  let start: (masterKeys?: string) => Promise<ServiceProcess>;
  const masterKey = randomBytes(32).toString('base64');
  let url: string;
  beforeAll(async () => {
    const pair = await generateKeyPair('ES256');
    signing = pair.privateKey;
    const document = JSON.stringify({ keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' }] });
    jwks = createServer((_request, response) => void response.setHeader('content-type', 'application/json').end(document)).listen(0, '127.0.0.1');
    [database, nats] = await Promise.all([freshDatabase(), startNats()]);
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const env = {
      HOST: '127.0.0.1', PORT: String(port), DATABASE_URL: database.url, NATS_URL: nats.url, LATCHKEY_KEYS_URL: keysUrl, LATCHKEY_GATEWAY_URL: gatewayUrl,
      LATCHKEY_GATEWAY_JWKS_URL: `http://127.0.0.1:${(jwks.address() as AddressInfo).port}/`, LATCHKEY_MASTER_KEY: masterKey,
    };
    const logDir = freshLogDir('keys-killed');
    start = (masterKeys = masterKey) => startServiceProcess({ name: 'keys', script: 'apps/keys/dist/main.js', env: { ...env, LATCHKEY_MASTER_KEY: masterKeys }, logDir, ready: async () => (await fetch(`${url}/readyz`)).status === 200 });
  }, 120_000);
  afterAll(async () => {
    jwks.close();
    await nats.stop();
    await database.drop();
  }, 60_000);

  async function call(method: string, path: string, sent?: object, headers: Record<string, string> = {}): Promise<typeof nobody> {
    const iat = Math.floor(Date.now() / 1000);
    const claims = { iss: gatewayUrl, aud: keysUrl, iat, exp: iat + 60, sub: 'ann', org: 'acme', scope: 'keys:write', roles: { org: 'owner', projects: {} }, credential: { kind: 'access_token', id: 'jti' } };
    const assertion = await new SignJWT(claims).setProtectedHeader({ alg: 'ES256', typ: identityAssertionType, kid: 'k1' }).sign(signing);
    try {
      const answer = await fetch(`${url}${path}`, { method, headers: { [identityHeader]: assertion, ...(sent === undefined ? {} : { 'content-type': 'application/json' }), ...headers }, ...(sent === undefined ? {} : { body: JSON.stringify(sent) }) });
      return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
    } catch {
      // It was killed: whether it was done is what the test asks.
      return nobody;
    }
  }
  const mint = (name: string) => call('POST', '/v1/pats', { name, org: 'acme', scopes: ['mcp:read'], expiresIn: '30d' }, { 'idempotency-key': name });
  async function all(): Promise<Record<string, unknown>[]> {
    const items: Record<string, unknown>[] = [];
    for (let cursor: unknown = ''; cursor !== null;) {
      const page = await call('GET', `/v1/pats?limit=100${cursor === '' ? '' : `&cursor=${String(cursor)}`}`);
      items.push(...(page.body['items'] as Record<string, unknown>[]));
      cursor = page.body['nextCursor'] ?? null;
    }
    return items;
  }

  verifies('K5', 'has done each whole or not at all, and whoever asks again gets the one that was minted', async () => {
    let service = await start();
    let cutOff = 0;
    try {
      for (let round = 0; round < 3; round += 1) {
        const olds = await Promise.all(Array.from({ length: 20 }, (_, number) => mint(`old ${round}-${number}`.replace(' ', '-'))));
        const names = Array.from({ length: 40 }, (_, number) => `new-${round}-${number}`);
        const minting = names.map(mint);
        const rotating = olds.map(({ body }) => call('POST', `/v1/pats/${String(body['id'])}/rotate`, { graceSeconds: 3600 }));
        // Some are answered, the rest is somewhere on its way.
        await Promise.any([...minting, ...rotating]);
        await after(round * 10);
        await service.kill();
        const answers = await Promise.all(minting);
        const rotations = await Promise.all(rotating);
        cutOff += [...answers, ...rotations].filter(({ status }) => status === 0).length;
        service = await start();

        const again = await Promise.all(names.map(mint));
        const keys = await all();
        const byId = new Map(keys.map((key) => [key['id'], key]));
        for (const [at, name] of names.entries()) {
          expect([name, again[at]?.status]).toEqual([name, 201]);
          if (answers[at]?.status === 201) expect(again[at]?.body).toEqual(answers[at].body);
          expect([name, keys.filter((key) => key['name'] === name).length]).toEqual([name, 1]);
        }
        for (const [at, { body }] of olds.entries()) {
          const old = byId.get(body['id']);
          const successors = keys.filter(({ replaces }) => replaces === body['id']);
          expect(successors.map(({ id }) => id)).toEqual(old?.['replacedBy'] === undefined ? [] : [old['replacedBy']]);
          expect(old?.['status']).toBe(successors.length === 0 ? 'active' : 'expiring');
          if (rotations[at]?.status === 201) expect(successors[0]?.['id']).toBe(rotations[at].body['id']);
        }
      }
      expect(cutOff).toBeGreaterThan(0);
    } finally {
      await service.stop();
    }
  }, 180_000);

  verifies('K11', 'the command that exchanges the master key, killed in the middle: everything can still be read, and the next run ends it', async () => {
    const next = randomBytes(32).toString('base64');
    const names = Array.from({ length: 450 }, (_, number) => `sealed-${number}`);
    const mintAll = async (): Promise<unknown[]> => {
      const tokens: unknown[] = [];
      for (let from = 0; from < names.length; from += 30) tokens.push(...(await Promise.all(names.slice(from, from + 30).map(mint))).map(({ body }) => body['token']));
      return tokens;
    };
    const client = new pg.Client({ connectionString: database.url, options: '-c search_path=keys' });
    const reencrypt = () => spawn(node, [`${repository}/apps/keys/dist/commands/keys-reencrypt.js`], { env: { PATH: process.env['PATH'] ?? '', DATABASE_URL: database.url, LATCHKEY_MASTER_KEY: `${next},${masterKey}` }, stdio: ['ignore', 'pipe', 'inherit'] });
    const left = async () => Number((await client.query<{ n: string }>('SELECT count(*) AS n FROM mint_replays JOIN sealed_before USING (id) WHERE mint_replays.sealed = sealed_before.sealed')).rows[0]?.n);
    let service = await start();
    await client.connect();
    try {
      const tokens = await mintAll();
      expect(new Set(tokens).size).toBe(names.length);
      await service.stop();
      service = await start(`${next},${masterKey}`);
      await client.query('CREATE TEMP TABLE sealed_before AS SELECT id, sealed FROM mint_replays WHERE sealed IS NOT NULL');
      const all = await left();
      // Whoever holds the last row holds up the last batch: those before it are written.
      await client.query('BEGIN');
      await client.query('SELECT 1 FROM mint_replays WHERE id = (SELECT max(id COLLATE "C") FROM mint_replays WHERE sealed IS NOT NULL) FOR UPDATE');
      const halfway = reencrypt();
      await eventually(async () => expect(await left()).toBeLessThan(all), { timeoutMs: 60_000 });
      await eventually(async () => expect((await client.query("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%mint_replays%'")).rowCount).toBe(1));
      halfway.kill('SIGKILL');
      await once(halfway, 'exit');
      await client.query('ROLLBACK');
      const [done, open] = [all - (await left()), await left()];
      expect([done > 0, open > 0]).toEqual([true, true]);
      expect(await mintAll()).toEqual(tokens);

      const again = reencrypt();
      const said: Buffer[] = [];
      again.stdout.on('data', (part: Buffer) => said.push(part));
      expect(await once(again, 'close')).toEqual([0, null]);
      expect(JSON.parse(Buffer.concat(said).toString())).toMatchObject({ changed: open });
      expect(await left()).toBe(0);
      await service.stop();
      // The old key is gone for good.
      service = await start(next);
      expect(await mintAll()).toEqual(tokens);
    } finally {
      await client.end();
      await service.stop();
    }
  }, 180_000);
});
