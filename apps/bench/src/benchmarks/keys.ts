import { randomUUID } from 'node:crypto';
import { startPostgres } from '@latchkey/testing';
import { Pool } from 'undici';
import type { Benchmark, Report } from '../benchmark.ts';
import { asManyAsPossible } from '../http-load.ts';
import { percentile, summarize } from '../measure.ts';
import { startChild, type Child } from '../processes/calls.ts';
import { gatewayIdentity, type GatewayIdentity } from '../processes/gateway-identity.ts';
import type { KeysServerCalls } from '../processes/keys-server.ts';

const workers = 64;
const seconds = 2;
/** A process that has just been started goes on being compiled for some ten thousand requests, which are not what it costs for the rest of its life. */
const warmSeconds = 15;
const rounds = 5;
const listTurns = 5;
const population = 1_000_000;
const usesPerReport = 5000;

interface Place {
  pool: Pool;
  server: Child<KeysServerCalls>;
  gateway: GatewayIdentity;
}

async function send({ pool }: Place, method: 'GET' | 'POST', path: string, assertion: string, body?: object): Promise<unknown> {
  const headers = { 'latchkey-identity': assertion, ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
  const answer = await pool.request({ method, path, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const text = await answer.body.text();
  if (answer.statusCode >= 300) throw new Error(`${path} answered ${answer.statusCode}: ${text.slice(0, 200)}`);
  return text === '' ? undefined : JSON.parse(text);
}

/** The first round warms up and does not count. @param events  that one operation stands for */
async function measure(report: Report, place: Place, name: string, goal: number, operation: () => Promise<unknown>, events = 1): Promise<void> {
  const [perSecond, perCpuSecond]: [number[], number[]] = [[], []];
  for (let round = 0; round <= rounds; round += 1) {
    const before = (await place.server.call('cost')).cpuMs;
    const done = await asManyAsPossible(workers, round === 0 ? warmSeconds : seconds, async () => void (await operation()));
    const cpuSeconds = ((await place.server.call('cost')).cpuMs - before) / 1000;
    if (round === 0) continue;
    perSecond.push(done.perSecond * events);
    perCpuSecond.push((done.operations * events) / cpuSeconds);
  }
  report({ name, unit: '/s', ...summarize(perSecond), budget: goal });
  report({ name: `${name}, per second of its CPU`, unit: '/s', ...summarize(perCpuSecond), budget: goal });
}

/** One after the other, in turns of so many; the first turn does not count, as what is asked for the first time is not compiled yet. */
async function oneAtATime(report: Report, count: number, operations: Record<string, () => Promise<unknown>>): Promise<void> {
  const found = new Map(Object.keys(operations).map((name) => [name, { p50: [] as number[], p99: [] as number[] }]));
  for (let turn = 0; turn <= listTurns; turn += 1) {
    for (const [name, operation] of Object.entries(operations)) {
      const times: number[] = [];
      for (let time = 0; time < count; time += 1) {
        const beganMs = performance.now();
        await operation();
        times.push(performance.now() - beganMs);
      }
      if (turn === 0) continue;
      found.get(name)?.p50.push(percentile(times, 0.5));
      found.get(name)?.p99.push(percentile(times, 0.99));
    }
  }
  for (const [name, { p50, p99 }] of found) {
    report({ name: `${name}, p50`, unit: 'ms', ...summarize(p50) });
    report({ name: `${name}, p99`, unit: 'ms', ...summarize(p99), budget: 10 });
  }
}

async function run(report: Report, place: Place): Promise<void> {
  const { gateway, server } = place;
  let assertion = await gateway.assert('acme');
  const renewing = setInterval(() => void gateway.assert('acme').then((next) => (assertion = next)), 20_000);
  try {
    const body = { name: 'a key', org: 'acme', scopes: ['mcp:read'], expiresIn: '30d' };
    await measure(report, place, 'mint', 1500, () => send(place, 'POST', '/v1/pats', assertion, body));
    const { token } = (await send(place, 'POST', '/v1/pats', assertion, body)) as { token: string };
    await measure(report, place, 'verify', 3000, () => send(place, 'POST', '/v1/pats/verify', assertion, { token }));

    const day = new Date().toISOString().slice(0, 10);
    const lastUsedAt = Math.floor(Date.now() / 1000);
    await server.call('populate', population);

    const crowd = await gateway.assert('crowd');
    const path = '/v1/pats?limit=100';
    const { nextCursor } = (await send(place, 'GET', path, crowd)) as { nextCursor: string };
    const pages = { 'first page': '', 'next page': `&cursor=${nextCursor}`, 'page of one owner': '&owner=owner-7', 'page of active ones': '&status=active' };
    await oneAtATime(report, 300, Object.fromEntries(
      Object.entries(pages).map(([name, query]) => [`${name} of 100 among 1 M keys`, () => send(place, 'GET', path + query, crowd)]),
    ));

    const speaking = await gateway.speak();
    const uses = (from: number) => Array.from({ length: usesPerReport }, (_, at) => ({ pat: String((from + at) % population + 1).padStart(8, '0'), server: 'demo', tool: 'add', day, calls: 1, lastUsedAt }));
    let next = 0;
    const spoken = () => send(place, 'POST', '/internal/usage', speaking, { id: randomUUID(), uses: uses((next += usesPerReport)) });
    const beganMs = performance.now();
    for (let time = 0; time < 10; time += 1) await spoken();
    report({ name: 'uses taken in, each of another key', unit: '/s', value: (10 * usesPerReport) / ((performance.now() - beganMs) / 1000) });
    // 50,000 a second of a thousand keys are a thousand sums every 15 seconds.
    const summed = Array.from({ length: 1000 }, (_, at) => ({ pat: String(at + 1).padStart(8, '0'), server: 'demo', tool: 'add', day, calls: 750, lastUsedAt }));
    const summedMs = performance.now();
    await send(place, 'POST', '/internal/usage', speaking, { id: randomUUID(), uses: summed });
    report({ name: 'uses taken in, added up at the gateway', unit: '/s', value: 750_000 / ((performance.now() - summedMs) / 1000), budget: 50_000 });
  } finally {
    clearInterval(renewing);
  }
}

/** Keys as a process on one core, with a Postgres that waits for its disk; what asks it runs here, on the rest. */
export const keys: Benchmark = {
  name: 'keys',
  about: 'mint, verify, lists and uses of the key service, on one core',
  async run(report) {
    const postgres = await startPostgres({ durable: true });
    const server = startChild<KeysServerCalls>('keys-server', 0);
    const gateway = await gatewayIdentity();
    try {
      const port = await server.call('start', { databaseUrl: postgres.url, jwksUrl: gateway.jwksUrl });
      const pool = new Pool(`http://127.0.0.1:${port}`, { connections: workers });
      await run(report, { pool, server, gateway });
      await pool.close();
    } finally {
      await server.stop();
      gateway.close();
      await postgres.stop();
    }
  },
};
