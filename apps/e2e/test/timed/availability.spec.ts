import { eventually, verifies } from '@latchkey/testing';
import pg from 'pg';
import { mcpRequest, rawMcp } from '../../src/clients/raw-mcp.ts';
import type { Grant } from '../../src/clients/obtain-token.ts';
import type { Service } from '../../src/chaos/service.ts';
import { startAvailable, type Available } from '../../src/harness/available.ts';
import { startLoad, type Load } from '../../src/harness/load.ts';
import { runCommand } from '../../src/harness/run-command.ts';
import { callApi, manage, registerServer } from '../../src/harness/system.ts';
import { mintPat, resourceAt, type Pat } from '../../src/journeys/pat-journey.ts';

const slow = { timeoutMs: 90_000 };

describe('two of each service, on servers that fail one after the other', () => {
  let system: Available;
  let grant: Grant;
  let survivor: Pat;

  const statusAt = async (gateway: string, { token }: Pat): Promise<{ status: number; code: unknown }> => {
    const { status, body } = await rawMcp({ url: resourceAt(gateway, 'plain'), token, method: 'tools/list', params: {} });
    // What is refused once the message was read is worded in JSON-RPC.
    const error = body['error'] as { data?: { code?: string } } | undefined;
    return { status, code: body['code'] ?? error?.data?.code };
  };
  const expectAt = async (pat: Pat, expected: { status: number; code?: string }): Promise<void> => {
    for (const gateway of system.gateways) await eventually(async () => expect(await statusAt(gateway, pat)).toMatchObject(expected), slow);
  };
  const mint = async (name: string): Promise<Pat> => {
    const pat = await eventually(() => mintPat(system, grant, name), slow);
    await expectAt(pat, { status: 200 });
    return pat;
  };
  const revoke = (pat: Pat): Promise<unknown> =>
    eventually(async () => expect(await callApi(system, grant, 'DELETE', `/pats/${pat.id}`)).toMatchObject({ status: 200, body: { status: 'revoked' } }), slow);
  const calls = (isGood: (status: number, body: string) => boolean): Load =>
    startLoad({ origins: system.gateways, path: '/mcp/plain', method: 'POST', ...mcpRequest({ token: survivor.token, method: 'tools/list', params: {} }), isGood });
  /** Served, or told honestly that nobody can say at the moment. */
  const servedOrStale = (status: number, body: string): boolean => status === 200 || (status === 503 && body.includes('state_stale'));

  beforeAll(async () => {
    system = await startAvailable('available');
    grant = await manage(system, 'keys:write servers:write');
    await registerServer(system, 'plain', system.upstream.url);
    survivor = await mint('survives all of it');
  }, 600_000);
  afterAll(async () => {
    await system?.stop();
  }, 120_000);

  verifies('O4', 'every service is restarted under load, one replica after the other, and no request fails', async () => {
    const ok = (status: number): boolean => status === 200;
    const api = (path: string): Load => startLoad({ origins: system.gateways, path, headers: { authorization: `Bearer ${grant.access}` }, isGood: ok, callers: 1 });
    const loads = [
      calls(ok), api('/v1/pats'), api('/v1/servers'),
      startLoad({ origins: [system.issuer], path: '/.well-known/oauth-authorization-server', isGood: ok, callers: 2 }),
    ];
    const troubles: unknown[] = [];
    let signedIn = 0;
    let going = true;
    // People who sign in meanwhile: each sign-in is a dozen requests, which reach now one replica, now the other.
    const people = (async () => {
      for (; going; signedIn += 1) await manage(system, 'keys:read').catch((error: unknown) => troubles.push(error));
    })();
    const answered = (): number[] => loads.map((load) => load.answered);
    // One replica of each service at the same time, as an upgrade of everything does it.
    for (const index of [0, 1]) {
      await Promise.all([system.identities, system.keys, system.fronts].map((replicas) => restart(replicas[index] as Service)));
      // The load has seen the new ones before the next go.
      const before = answered();
      await eventually(() => answered().every((count, index) => count > (before[index] ?? 0) + 4), slow);
    }
    going = false;
    await people;
    expect((await Promise.all(loads.map((load) => load.stop()))).flat()).toEqual([]);
    expect([troubles, signedIn > 0]).toEqual([[], true]);
  }, 600_000);

  verifies('O4', 'one of three NATS servers dies: revocations go on being heard, and nobody is cut off', async () => {
    const dying = await mint('revoked with a server of NATS gone');
    const leader = await eventually(() => system.nats.manage(async ({ streams }) => {
      const { config, cluster } = await streams.info('FEED_KEYS');
      return config.num_replicas === 3 && cluster?.leader !== undefined && (cluster.replicas ?? []).filter(({ current }) => current).length === 2 && Number(/\d/.exec(cluster.leader)?.[0]);
    }), { timeoutMs: 90_000 });
    const load = calls(servedOrStale);
    await system.nats.servers[leader]?.kill();
    await revoke(dying);
    await expectAt(dying, { status: 401, code: 'token_revoked' });
    await expectAt(survivor, { status: 200 });
    await mint('minted with a server of NATS gone');
    expect(await load.stop()).toEqual([]);
  }, 240_000);

  verifies('O4', 'the primary of Redis dies: no request fails, and limits are shared again once its replica took over', async () => {
    const limits = async (): Promise<unknown[]> => Promise.all(system.gateways.map(async (gateway) => ((await (await fetch(`${gateway}/readyz`)).json()) as { limits: string }).limits));
    await eventually(async () => expect(await limits()).toEqual(['shared', 'shared']), slow);
    // Both feeds have found their way past the server that died before: what is refused from here on is refused for the sake of Redis.
    await eventually(async () => {
      for (const url of system.feedStatusUrls) {
        const { identity, keys } = (await (await fetch(url)).json()) as Record<'identity' | 'keys', { ageMs: number | null }>;
        expect(Math.max(identity.ageMs ?? Infinity, keys.ageMs ?? Infinity)).toBeLessThan(1000);
      }
    }, slow);
    const load = calls((status) => status === 200);
    await system.primary.kill();
    await eventually(async () => expect(await limits()).toContain('insurance'), slow);
    await eventually(async () => expect(await limits()).toEqual(['shared', 'shared']), slow);
    expect(await load.stop()).toEqual([]);
  }, 180_000);

  verifies('O4', 'Postgres is restarted: what gateways know they serve, and what needs it works again by itself', async () => {
    const load = calls(servedOrStale);
    await system.postgres.crash();
    const after = await mint('minted after Postgres came back');
    await revoke(after);
    await expectAt(after, { status: 401, code: 'token_revoked' });
    expect(await load.stop()).toEqual([]);
  }, 180_000);

  verifies('O4', 'an older database is restored: what it does not know is accepted nowhere, and the operator is told what came back to life', async () => {
    const ended = await mint('revoked after the backup');
    await backUp();
    const lost = await mint('minted after the backup');
    await revoke(ended);
    await expectAt(ended, { status: 401, code: 'token_revoked' });
    // Gateways may have asked; the command can tell only of what NATS was told before the time was lost.
    await eventually(async () => expect(await system.postgres.query('SELECT subject FROM keys.outbox WHERE published_version <> version')).toEqual([]), slow);

    await Promise.all(writers().map((service) => service.stop()));
    await putBack();
    await Promise.all(writers().map((service) => service.start()));
    // Before anybody has done anything: digests differ, so gateways ask.
    await expectAt(lost, { status: 401, code: 'token_unknown' });

    const env = { DATABASE_URL: system.databaseUrl, NATS_URL: system.nats.url };
    const [identity, keys] = [await runCommand('identity-restored', [], env), await runCommand('keys-restored', [], env, 'keys')];
    expect([identity.complaint, identity.code, keys.complaint, keys.code]).toEqual(['', 0, '', 0]);
    const [said] = keys.said as { forgotten: string[]; revived: string[] }[];
    expect(said?.forgotten).toContain(`feed.keys.pat.${lost.id}`);
    expect(said?.revived).toEqual([`feed.keys.pat.${ended.id}`]);

    for (const url of system.feedStatusUrls) {
      await eventually(async () => expect(await (await fetch(url)).json()).toMatchObject({ identity: { digestOk: true }, keys: { digestOk: true } }), slow);
    }
    await expectAt(lost, { status: 401, code: 'token_unknown' });
    await expectAt(survivor, { status: 200 });
    // Whoever runs forgets no revocation. Who starts anew knows only what the database says, until somebody acts on what the command said.
    await expectAt(ended, { status: 401, code: 'token_revoked' });
    grant = await manage(system, 'keys:write servers:write');
    expect(await callApi(system, grant, 'GET', `/pats/${ended.id}`)).toMatchObject({ status: 200, body: { status: 'active' } });
    await revoke(ended);
    await Promise.all(system.fronts.map((gateway) => restart(gateway)));
    await expectAt(ended, { status: 401, code: 'token_revoked' });
    await expectAt(lost, { status: 401, code: 'token_unknown' });
  }, 600_000);

  const writers = (): Service[] => [...system.identities, ...system.keys];

  async function restart(service: Service): Promise<void> {
    await service.stop();
    await service.start();
    await eventually(() => service.isReady(), slow);
  }

  async function maintain(...statements: string[]): Promise<void> {
    const client = new pg.Client({ connectionString: system.maintenanceUrl });
    await client.connect();
    try {
      for (const statement of statements) await client.query(statement);
    } finally {
      await client.end();
    }
  }
  const leaveAlone = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = 'latchkey' AND pid <> pg_backend_pid()";

  /** A copy of one moment. A database is copied while nobody is connected, so the writers are held still. */
  async function backUp(): Promise<void> {
    for (const service of writers()) service.freeze();
    try {
      await eventually(() => maintain(leaveAlone, 'CREATE DATABASE backup TEMPLATE latchkey'), slow);
    } finally {
      for (const service of writers()) service.resume();
    }
  }

  async function putBack(): Promise<void> {
    await eventually(() => maintain(leaveAlone, 'DROP DATABASE latchkey', 'ALTER DATABASE backup RENAME TO latchkey'), slow);
  }
});
