import { freePort, startPostgres, startRedis } from '@latchkey/testing';
import { Pool } from 'undici';
import type { Benchmark, Report } from '../benchmark.ts';
import { asManyAsPossible, atPace } from '../http-load.ts';
import { summarize } from '../measure.ts';
import { OauthDriver, tokenRequest } from '../oauth-driver.ts';
import type { BareProviderCalls } from '../processes/bare-provider.ts';
import { startChild } from '../processes/calls.ts';
import type { IdentityServerCalls } from '../processes/identity-server.ts';

const workers = 32;
const seconds = 2;
const rounds = 5;
/** What one request runs through is so much that the engine of JavaScript goes on compiling it for some thousand requests, which are not what it costs for the rest of its life. */
const warmSeconds = 20;
const mebibyte = 1024 * 1024;
/** As docs/operations.md starts it. */
const heapBounds = ['--max-old-space-size=384', '--max-semi-space-size=16', '--heap-growing-percent=60'];

interface Contender {
  name: string;
  operation: (worker: number) => Promise<void>;
  cpuMs: () => Promise<number>;
}

interface Rates {
  perSecond: number[];
  /** Operations per second of CPU of the server: what one core does that is its own. */
  perCpuSecond: number[];
}

/** Contenders take turns in every round; the first one warms up and does not count. */
async function takeTurns(contenders: readonly Contender[]): Promise<Map<string, Rates>> {
  const rates = new Map(contenders.map(({ name }) => [name, { perSecond: [], perCpuSecond: [] } as Rates]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const { name, operation, cpuMs } of contenders) {
      const before = await cpuMs();
      const { perSecond, operations } = await asManyAsPossible(workers, round === 0 ? warmSeconds : seconds, operation);
      const cpuSeconds = ((await cpuMs()) - before) / 1000;
      if (round === 0) continue;
      rates.get(name)?.perSecond.push(perSecond);
      rates.get(name)?.perCpuSecond.push(operations / cpuSeconds);
    }
  }
  return rates;
}

/** What the rates of a flow are compared with, where there is something. */
interface Yardstick {
  name: string;
  perSecond: number;
  perCpuSecond: number;
}

async function measureFlow(report: Report, contender: Contender, goal: number, yardstick?: () => Promise<Yardstick>): Promise<void> {
  const before = await yardstick?.();
  const rates = (await takeTurns([contender])).get(contender.name);
  if (rates === undefined) return;
  const perSecond = summarize(rates.perSecond);
  const after = await yardstick?.();
  const against = (of: (known: Yardstick) => number) =>
    before === undefined || after === undefined ? {} : { yardstick: { name: before.name, value: (of(before) + of(after)) / 2 } };
  report({ name: contender.name, unit: '/s', ...perSecond, ...against((known) => known.perSecond), budget: goal });
  report({ name: `${contender.name}, per second of its CPU`, unit: '/s', ...summarize(rates.perCpuSecond), ...against((known) => known.perCpuSecond), budget: goal });
  await measurePaced(report, contender, Math.min(goal, perSecond.value) / 2);
}

async function measurePaced(report: Report, { name, operation }: Contender, perSecond: number): Promise<void> {
  const p99Ms: number[] = [];
  for (let round = 0; round < rounds; round += 1) p99Ms.push((await atPace(workers, perSecond, seconds * 2, operation)).p99Ms);
  report({ name: `${name}, p99 at ${Math.round(perSecond)} /s`, unit: 'ms', ...summarize(p99Ms), budget: 50 });
}

/** Identity as a process on one core, with Postgres and Redis beside it; what asks it runs here, on the rest. */
export const identity: Benchmark = {
  name: 'identity',
  about: 'tokens, code flows and sign-ins of the identity service, next to the OAuth engine alone in memory',
  async run(report) {
    const [postgres, redis] = await Promise.all([startPostgres({ durable: true }), startRedis()]);
    const server = startChild<IdentityServerCalls>('identity-server', 0, heapBounds, { MALLOC_ARENA_MAX: '1' });
    const bare = startChild<BareProviderCalls>('bare-provider', 0);
    try {
      const place = await server.call('start', { databaseUrl: postgres.url, redisUrl: redis.url, port: await freePort(), people: workers });
      const engine = await bare.call('start');
      const pool = new Pool(place.issuer, { connections: workers });
      const enginePool = new Pool(engine.issuer, { connections: workers });
      const cpuMs = async (): Promise<number> => (await server.call('cost')).cpuMs;
      const basic = ({ id, secret }: { id: string; secret: string }) => ({ authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` });
      const ask = (of: Pool, machine: { id: string; secret: string }, resource: string, path: string) => async (): Promise<void> => {
        await tokenRequest(of, { grant_type: 'client_credentials', scope: 'mcp:read mcp:execute', resource }, basic(machine), path);
      };

      const machine: Contender = { name: 'client credentials', operation: ask(pool, place.machine, place.resource, '/oauth/token'), cpuMs };
      const alone: Contender = { name: 'the engine alone', operation: ask(enginePool, engine.machine, engine.resource, '/token'), cpuMs: async () => (await bare.call('cost')).cpuMs };
      const rates = await takeTurns([machine, alone]);
      const own = rates.get(machine.name) ?? { perSecond: [], perCpuSecond: [] };
      const yard = rates.get(alone.name) ?? { perSecond: [], perCpuSecond: [] };
      report({ name: 'client credentials', unit: '/s', ...summarize(own.perSecond), yardstick: { name: alone.name, value: summarize(yard.perSecond).value }, budget: 1000 });
      const ofCpu = summarize(own.perCpuSecond);
      report({ name: 'client credentials, per second of its CPU', unit: '/s', ...ofCpu, yardstick: { name: alone.name, value: summarize(yard.perCpuSecond).value }, budget: 1000 });
      await measurePaced(report, machine, Math.min(1000, summarize(own.perSecond).value) / 2);

      const people = Array.from({ length: workers }, (_, number) => new OauthDriver(pool, place, number));
      for (const person of people) await person.signIn();
      await measureFlow(report, { name: 'code flow without a page', operation: (worker) => people[worker].codeFlow(), cpuMs }, 200);
      for (const person of people) await person.codeFlow();
      await measureFlow(report, { name: 'refresh with rotation', operation: (worker) => people[worker].refresh(), cpuMs }, 400);
      await measureFlow(report, { name: 'sign-in by password', operation: (worker) => people[worker].passwordLogin(), cpuMs }, 50, async () => ({
        name: 'the hash alone, in the same process', ...(await server.call('hash', { seconds, atOnce: workers })),
      }));
      report({ name: 'memory of the process (RSS)', unit: 'MiB', value: (await server.call('cost')).residentBytes / mebibyte, budget: 300 });
      await Promise.all([pool.close(), enginePool.close()]);
    } finally {
      await Promise.all([server.stop(), bare.stop()]);
      await Promise.all([postgres.stop(), redis.stop()]);
    }
  },
};
