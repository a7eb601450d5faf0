import { readFileSync } from 'node:fs';
import { eventually, verifies } from '@latchkey/testing';
import pg from 'pg';
import { startCallbackListener, type CallbackListener } from '../src/clients/callback-listener.ts';
import { FormBrowser } from '../src/clients/form-browser.ts';
import { LegacyClient } from '../src/clients/legacy-client.ts';
import type { McpClient } from '../src/clients/mcp-client.ts';
import { ModernClient } from '../src/clients/modern-client.ts';
import { obtainCode, obtainToken, redeemCode } from '../src/clients/obtain-token.ts';
import { rawMcp } from '../src/clients/raw-mcp.ts';
import { startEverything, type Everything } from '../src/everything/start.ts';
import { startDemo } from '../src/harness/demo.ts';
import { startSeparate, type Separate } from '../src/harness/separate.ts';
import { startServiceProcess, type ServiceProcess } from '../src/harness/service-process.ts';
import { manage, registerServer } from '../src/harness/system.ts';
import { expectAccessTokenDiesAlone, expectAnswerHeaders, expectNoWayAround, expectOneAudience, expectScopeChallenges } from '../src/journeys/boundaries.ts';
import { initializeSession, listInSession } from '../src/journeys/legacy-session.ts';
import { connectByOAuth, expectDiscovery, expectRefresh, expectRevocation, expectTools } from '../src/journeys/oauth-journey.ts';
import { expectForgedPatsRefused, expectPatLifeCycle, expectPatWorks, expectRefused, mintPat, resourceAt, type Pat } from '../src/journeys/pat-journey.ts';
import { expectIdentityReloads, expectKeysReloads } from '../src/journeys/secret-reload.ts';
import { expectServiceIntegrates } from '../src/journeys/service-client.ts';
import { expectHookCallsTool, expectNothingLostWhenKilled } from '../src/journeys/webhooks.ts';
import { expectBrokenUpstream, expectLeavingReachesUpstream, expectProgressAsItHappens, expectStreamEndsWithItsCredential } from '../src/journeys/streaming.ts';

describe('separate processes on Postgres, NATS and Redis', () => {
  let system: Separate;
  let demo: ServiceProcess & { url: string };
  let callback: CallbackListener;
  let resource: string;
  let fixture: Everything;

  beforeAll(async () => {
    system = await startSeparate('separate', { LATCHKEY_RATE_LIMIT_PER_MINUTE: '1000', LATCHKEY_WEBHOOK_TIMEOUT_MS: '1500' });
    demo = await startDemo(system);
    resource = await registerServer(system, 'demo', demo.url);
    fixture = await startEverything();
    await registerServer(system, 'everything', fixture.url);
    callback = await startCallbackListener();
    for (const gateway of system.gateways) {
      await eventually(async () => (await rawMcp({ url: resourceAt(gateway, 'demo') })).status === 401);
    }
  }, 120_000);
  afterAll(async () => {
    await callback?.close();
    await fixture?.close();
    await demo?.stop();
    await system?.stop();
  }, 60_000);

  const clients: ((url: string, redirectUrl: string) => McpClient)[] = [
    (url, redirectUrl) => new ModernClient(url, redirectUrl),
    (url, redirectUrl) => new LegacyClient(url, redirectUrl),
  ];
  for (const [index, makeClient] of clients.entries()) {
    verifies('G2', `the journey of a ${index === 0 ? 'modern' : 'legacy'} client, and its revocation at both gateways`, async () => {
      await expectDiscovery(system, resource);
      const client = makeClient(resource, callback.url);
      await connectByOAuth(system, client, resource, async (url) => {
        await new FormBrowser(system.admin).authorize(url, callback.url);
        return callback.next();
      });
      await expectTools(client);
      await expectRefresh(system, client);
      await expectRevocation(system, client, resource);
      await client.close();
    });
  }

  verifies('K2', 'a PAT works at both gateways and is refused at both once revoked', () => expectPatLifeCycle(system, 'demo'));
  verifies('K13', 'a service integrates with the client, over HTTP and over NATS', () => expectServiceIntegrates(system, system.serviceNatsUrl));
  verifies('GW-23', 'a mistyped and an unknown PAT are told apart at both', () => expectForgedPatsRefused(system, 'demo'));

  verifies('G9', 'a legacy session that one gateway began is served by the other, and a changed id by none', async () => {
    const [first = '', second = ''] = system.gateways.map((gateway) => resourceAt(gateway, 'everything'));
    const grant = await manage(system, 'keys:write');
    const owner = await mintPat(system, grant, 'session owner');
    await expectReaches(system, owner, 'everything');
    const session = await initializeSession(first, owner.token);
    // The upstream's own id stays inside (GW-70).
    expect(fixture.seen.map((request) => request.headers['mcp-session-id'])).not.toContain(session);
    const listed = await listInSession(second, owner.token, session);
    expect(listed.status).toBe(200);
    expect((await listInSession(second, owner.token, `${session.slice(0, -2)}xx`)).status).toBe(404);
  });

  verifies('GW-80', 'neither token nor cookie nor spoofed identity of the caller reaches the upstream', async () => {
    const pat = await mintPat(system, await manage(system, 'keys:write'), 'stays outside');
    await expectReaches(system, pat, 'everything');
    const before = fixture.seen.length;
    const url = `${resourceAt(system.gatewayUrl, 'everything')}?secret=in-the-query`;
    const spoofed = { cookie: 'a=b', 'latchkey-identity': 'forged', 'x-forwarded-for': '10.0.0.1', 'proxy-authorization': 'Basic eDp5' };
    await rawMcp({ url, token: pat.token, method: 'tools/list', params: {}, headers: spoofed });
    const seen = fixture.seen.slice(before);
    expect(seen).not.toEqual([]);
    for (const { headers } of seen) {
      for (const name of ['authorization', 'cookie', 'x-forwarded-for', 'proxy-authorization']) expect(headers).not.toHaveProperty(name);
      expect(headers['latchkey-identity']).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
      expect(JSON.stringify(headers)).not.toContain(pat.token);
      expect(JSON.stringify(headers)).not.toContain('in-the-query');
    }
  });

  verifies('GW-22', 'a token is good for one resource alone', () => expectOneAudience(system, 'demo', 'everything'));
  verifies('GW-32', 'too little scope is answered with what is missing', () => expectScopeChallenges(system, 'demo'));
  verifies('AS-61', 'a revoked access token dies alone, at both gateways', () => expectAccessTokenDiesAlone(system, 'demo'));
  verifies('GW-54', 'answers carry request id, limits and no leave to cache', () => expectAnswerHeaders(system, 'demo'));
  verifies('GW-82', 'the key service believes nobody but the gateway', () => expectNoWayAround(system, system.keysUrl, '/v1/pats'));
  verifies('GW-82', 'nor does the identity service', () => expectNoWayAround(system, system.issuer, '/v1/servers'));

  verifies('GW-60', 'a stream passes as it happens', async () => {
    const pat = await mintPat(system, await manage(system, 'keys:write'), 'streams');
    await expectPatWorks(system, 'demo', pat);
    await expectProgressAsItHappens(resource, pat.token);
  });
  verifies('GW-61', 'a client that leaves takes the upstream exchange with it', async () => {
    const pat = await mintPat(system, await manage(system, 'keys:write'), 'leaves');
    await expectReaches(system, pat, 'everything');
    await expectLeavingReachesUpstream(fixture, resourceAt(system.gatewayUrl, 'everything'), pat.token);
  });
  verifies('GW-62', 'an upstream that breaks ends the stream, and the gateway says so', async () => {
    const mortal = await startDemo(system, 'mortal');
    const url = await registerServer(system, 'mortal', mortal.url);
    const pat = await mintPat(system, await manage(system, 'keys:write'), 'outlives an upstream');
    await expectReaches(system, pat, 'mortal');
    await expectBrokenUpstream(url, pat.token, () => mortal.kill());
  });
  verifies('GW-63', 'a stream ends with its credential', () => expectStreamEndsWithItsCredential(system, 'demo'));

  verifies('AS-55', 'of ten concurrent redemptions of one code exactly one succeeds', async () => {
    const code = await obtainCode({ issuer: system.issuer, resource, scope: 'mcp:read', account: system.admin });
    const answers = await Promise.all(Array.from({ length: 10 }, () => redeemCode(system.issuer, code)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(9).fill(400)]);
    for (const { status, body } of answers) if (status === 400) expect(body).toMatchObject({ error: 'invalid_grant' });
  });

  verifies('K4', 'an expired PAT is refused with its own code at both gateways', async () => {
    const pat = await mintPat(system, await manage(system, 'keys:write'), 'to expire');
    await expectPatWorks(system, 'demo', pat);
    await expire(system, pat.id);
    await expectRefused(system, 'demo', pat.token, 'token_expired');
  });

  verifies(['K11', 'O2'], 'another master key is taken over from its file while the key service runs', () => expectKeysReloads(system));
  verifies(['I12', 'O2'], 'and while the identity service runs', () => expectIdentityReloads(system));

  verifies(['K9', 'WH-13'], 'a webhook that its sender signed calls a tool through the gateway', async () => {
    const pat = await mintPat(system, await manage(system, 'keys:write'), 'reads what a webhook wrote');
    await expectPatWorks(system, 'demo', pat);
    await expectHookCallsTool(system, 'demo', pat);
  });
  verifies(['K10', 'WH-03'], 'the key service is killed while it sends webhooks: every one arrives, each under one id', () => expectNothingLostWhenKilled(system, () => system.crashKeys()), 120_000);

  verifies('G1', 'with the key service stopped, tokens of both kinds still work at both gateways', async () => {
    const pat = await mintPat(system, await manage(system, 'keys:write'), 'outlives the key service');
    await expectPatWorks(system, 'demo', pat);
    const { access } = await obtainToken({ issuer: system.issuer, resource, scope: 'mcp:read mcp:execute', account: system.admin });
    system.secrets.add('access token', access);
    expect(await system.keys.stop()).toBe(0);
    await expectPatWorks(system, 'demo', pat);
    for (const gateway of system.gateways) {
      expect((await rawMcp({ url: resourceAt(gateway, 'demo'), token: access })).status).toBe(200);
    }
  });

  verifies('O3', 'no secret of all this stands in the logs of any process', () => {
    expect(system.secrets.size).toBeGreaterThan(10);
    expect(system.secrets.findIn(system.logDirs)).toEqual([]);
  });

  verifies('O3', 'the log says why a request was refused', () => {
    const lines = readFileSync(system.replicas[0]!.logFile, 'utf8').split('\n').filter((line) => line.includes('"msg":"request"'));
    // What comes in for a webhook is judged by the key service, which says in its own log why it refused.
    const refused = lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ status, route }) => status === 401 && route !== '/v1/hooks');
    expect(new Set(refused.map(({ refusal }) => refusal))).toEqual(
      new Set(['token_missing', 'token_malformed', 'token_unknown', 'token_revoked', 'token_expired', 'token_wrong_audience']),
    );
  });

  verifies('O2', 'a start with everything wrong is refused with one message that lists all of it, each with its cure, and no secret', async () => {
    const databaseUrl = Object.assign(new URL(system.databaseUrl), { port: '1', password: 'of-the-database' }).href;
    const natsUrl = system.serviceNatsUrl.replace(/:[^:@]+@/, ':of-the-messages@');
    const refused = async (name: string, env: Record<string, string>) => {
      const start = startServiceProcess({ name: `refused-${name}`, script: `apps/${name}/dist/main.js`, logDir: system.logDir, env, ready: () => Promise.resolve(false) });
      const message = await start.then(() => 'it started', (error: unknown) => (error as Error).message);
      expect(message).toContain('it ended with 1');
      expect(message).not.toMatch(/of-the-database|of-the-messages|c2hvcnQ|at .*\.(?:js|ts):/);
      return message.split('\n').filter((line) => line.startsWith('  - '));
    };
    const [gateway, keys, identity] = await Promise.all([
      refused('gateway', { NATS_URL: natsUrl, LATCHKEY_SESSION_SEALING_KEY: 'c2hvcnQ=', LATCHKEY_ISSUER: 'http://other.example', LATCHKEY_IDENTITY_INTERNAL_URL: system.issuer }),
      refused('keys', { NATS_URL: natsUrl, DATABASE_URL: databaseUrl, LATCHKEY_MASTER_KEY: 'c2hvcnQ=', LATCHKEY_KEYS_URL: system.keysUrl, LATCHKEY_GATEWAY_URL: 'http://other.example', LATCHKEY_GATEWAY_INTERNAL_URL: system.gatewayUrl }),
      refused('identity', { LATCHKEY_ISSUER: 'http://localhost:1', DATABASE_URL: databaseUrl, LATCHKEY_MASTER_KEY_FILE: '/no/such/file' }),
    ]);
    expect(gateway).toEqual([
      expect.stringMatching(/LATCHKEY_GATEWAY_SIGNING_KEY: is missing\. .* Set it/), expect.stringMatching(/LATCHKEY_SESSION_SEALING_KEY: must be 32 bytes/),
      expect.stringMatching(/NATS_URL: .* refuses the user or the password/), expect.stringMatching(/LATCHKEY_ISSUER: is "http:\/\/other\.example" here/),
    ]);
    expect(keys).toEqual([
      expect.stringMatching(/LATCHKEY_MASTER_KEY: must be 32 bytes/), expect.stringMatching(/NATS_URL: .* refuses/),
      expect.stringMatching(/DATABASE_URL: .* cannot be reached/), expect.stringMatching(/LATCHKEY_GATEWAY_URL: is "http:\/\/other\.example" here/),
    ]);
    expect(identity).toEqual([
      expect.stringMatching(/LATCHKEY_MASTER_KEY_FILE: .* Mount it/), expect.stringMatching(/LATCHKEY_GATEWAY_URL: is missing/),
      expect.stringMatching(/NATS_URL: required .* Set it/), expect.stringMatching(/DATABASE_URL: .* cannot be reached/),
    ]);
  });

  verifies('O2', 'every process ends by itself when asked to', async () => {
    for (const service of [...system.replicas, system.identity]) expect({ [service.name]: await service.stop() }).toEqual({ [service.name]: 0 });
  });
});

/** Both gateways know the token and the server. */
async function expectReaches(system: Separate, pat: Pat, slug: string): Promise<void> {
  for (const gateway of system.gateways) {
    await eventually(async () => {
      const answer = await rawMcp({ url: resourceAt(gateway, slug), token: pat.token, method: 'tools/list', params: {} });
      expect(answer.status).toBe(200);
    });
  }
}

/**
 * No PAT lives less than seven days, so time is moved for one: its expiry in the key service's own tables, from where the service's relay
 * publishes it as it does every change.
 */
async function expire(system: Separate, id: string): Promise<void> {
  const client = new pg.Client({ connectionString: system.databaseUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query(
      `UPDATE keys.outbox SET record = jsonb_set(record, '{expiresAt}', to_jsonb(extract(epoch FROM now())::bigint - 60)),
         version = version + 1, published = false, updated_at = now() WHERE subject = $1`,
      [`feed.keys.pat.${id}`],
    );
    expect(rowCount).toBe(1);
  } finally {
    await client.end();
  }
}
