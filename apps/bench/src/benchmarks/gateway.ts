import { execFileSync } from 'node:child_process';
import { startRedis } from '@latchkey/testing';
import { Pool } from 'undici';
import type { Benchmark, Report } from '../benchmark.ts';
import { asManyAsPossible, type Throughput } from '../http-load.ts';
import { median, percentile, summarize } from '../measure.ts';
import type { BareProxyCalls } from '../processes/bare-proxy.ts';
import { startChild, type Child } from '../processes/calls.ts';
import { startPeers, type Peers } from '../peers/start-peers.ts';
import { costOfOther, type Cost } from '../processes/cost.ts';
import { gatewayOptions } from '../processes/gateway-options.ts';
import type { GatewayServerCalls } from '../processes/gateway-server.ts';
import { startMcpUpstream } from '../processes/mcp-upstream.ts';

const workers = 64;
const wakingSeconds = 0.5;
const seconds = 2;
const rounds = 9;
const people = 200;
const alone = 500;

/** 300 bytes, as a small call of a tool is. */
const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'add', arguments: { text: 'x'.repeat(212) } } });
const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream', 'mcp-protocol-version': '2025-11-25' };

/** One way to the upstream. */
interface Contender {
  pool: Pool;
  path: string;
  /** Of request number so and so */
  authorization?: (at: number) => string;
  cost(): Promise<Cost>;
}

async function call({ pool, path, authorization }: Contender, at: number): Promise<void> {
  const sent = authorization === undefined ? headers : { ...headers, authorization: authorization(at) };
  const answer = await pool.request({ method: 'POST', path, headers: sent, body });
  const text = await answer.body.text();
  if (answer.statusCode !== 200) throw new Error(`${path} answered ${answer.statusCode}: ${text.slice(0, 200)}`);
}

interface Round extends Throughput {
  /** CPU of the process in the middle, of its user and of the kernel for it */
  cpuMsPerThousand: number;
}

async function under(contender: Contender): Promise<Round> {
  let next = 0;
  const load = (forSeconds: number): Promise<Throughput> => asManyAsPossible(workers, forSeconds, () => call(contender, next++));
  // Who was idle pays for each of its first calls half as much again, whoever it is; what is compared is what a busy one does.
  await load(wakingSeconds);
  const before = (await contender.cost()).cpuMs;
  const done = await load(seconds);
  return { ...done, cpuMsPerThousand: (((await contender.cost()).cpuMs - before) * 1000) / done.operations };
}

async function oneAtATime(contender: Contender): Promise<{ p50: number; p99: number }> {
  const times: number[] = [];
  for (let at = 0; at < alone; at += 1) {
    const beganMs = performance.now();
    await call(contender, at);
    times.push(performance.now() - beganMs);
  }
  return { p50: percentile(times, 0.5), p99: percentile(times, 0.99) };
}

/** The contenders take turns in every round, so that a noisy moment of the machine hits all of them; the first round warms up. */
async function compareThem(report: Report, bare: Contender, ours: Record<string, Contender>, peers: Record<string, Contender>): Promise<void> {
  const all = Object.entries({ bare, ...ours, ...peers });
  const [busy, calm] = [new Map(all.map(([name]) => [name, [] as Round[]])), new Map(all.map(([name]) => [name, [] as { p50: number; p99: number }[]]))];
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, contender] of all) {
      const [many, few] = [await under(contender), await oneAtATime(contender)];
      if (round === 0) continue;
      busy.get(name)?.push(many);
      calm.get(name)?.push(few);
    }
  }
  const of = (name: string): Round[] => busy.get(name) ?? [];
  const ratios = (name: string, pick: (round: Round) => number): number[] => of(name).map((round, at) => pick(round) / pick(of('bare')[at]));
  const yardstick = 'Pool.dispatch, bare';
  report({ name: yardstick, unit: '/s', ...summarize(of('bare').map(({ perSecond }) => perSecond)) });
  report({ name: `${yardstick}, CPU of 1,000 calls`, unit: 'ms', ...summarize(of('bare').map(({ cpuMsPerThousand }) => cpuMsPerThousand)) });
  for (const name of Object.keys(ours)) {
    report({ name: `with ${name}`, unit: '/s', ...summarize(of(name).map(({ perSecond }) => perSecond)), yardstick: { name: yardstick, value: median(of('bare').map(({ perSecond }) => perSecond)) } });
    report({ name: `with ${name}, of the bare throughput`, unit: 'x', ...summarize(ratios(name, ({ perSecond }) => perSecond)), budget: 0.85 });
    report({ name: `with ${name}, of the bare CPU`, unit: 'x', ...summarize(ratios(name, ({ cpuMsPerThousand }) => cpuMsPerThousand)), budget: 1.25 });
    for (const [share, goalMs] of [['p50', 0.3], ['p99', 1]] as const) {
      const added = (calm.get(name) ?? []).map((round, at) => round[share] - (calm.get('bare')?.[at][share] ?? 0));
      report({ name: `with ${name}, added to one call at a time, ${share}`, unit: 'ms', ...summarize(added), budget: goalMs });
    }
  }
  for (const name of Object.keys(peers)) {
    report({ name, unit: '/s', ...summarize(of(name).map(({ perSecond }) => perSecond)) });
    report({ name: `${name}, of the bare throughput`, unit: 'x', ...summarize(ratios(name, ({ perSecond }) => perSecond)) });
    report({ name: `${name}, of the bare CPU`, unit: 'x', ...summarize(ratios(name, ({ cpuMsPerThousand }) => cpuMsPerThousand)) });
  }
}

/** Leaves the other core to the process that is measured. */
const keepToCore = (core: number): void => void execFileSync('taskset', ['-cp', String(core), String(process.pid)], { stdio: 'ignore' });

/** The gateway with everything on, a proxy that does nothing, and other programs in their place, all on one core in turns; upstream, Redis and load are on the other. */
export const gateway: Benchmark = {
  name: 'gateway',
  about: 'calls of a tool through the gateway, on one core, beside a proxy that does nothing and others that are installed',
  async run(report) {
    keepToCore(1);
    const redis = await startRedis();
    const upstream = await startMcpUpstream();
    const server: Child<GatewayServerCalls> = startChild('gateway-server', 0, gatewayOptions);
    const proxy: Child<BareProxyCalls> = startChild('bare-proxy', 0);
    const pools: Pool[] = [];
    let peers: Peers = { started: [], missing: [] };
    const poolTo = (url: string): { pool: Pool; path: string } => {
      const { origin, pathname } = new URL(url);
      const pool = new Pool(origin, { connections: workers });
      pools.push(pool);
      return { pool, path: pathname };
    };
    try {
      const place = await server.call('start', { upstreamUrl: upstream.url, redisUrl: redis.url, people });
      const bare = { ...poolTo(await proxy.call('start', upstream.url)), cost: () => proxy.call('cost') };
      const through = { ...poolTo(place.url), cost: () => server.call('cost') };
      peers = await startPeers(upstream.url, 0);
      const ways = peers.started.flatMap(({ pid, ways: known }) =>
        Object.entries(known).map(([name, { url, ...way }]) => [name, { ...poolTo(url), ...way, cost: () => Promise.resolve(costOfOther(pid)) }] as const));
      await compareThem(report, bare, {
        keys: { ...through, authorization: (at) => `Bearer ${place.keys[at % people]}` },
        'access tokens': { ...through, authorization: (at) => `Bearer ${place.accessTokens[at % people]}` },
      }, Object.fromEntries(ways));
      for (const name of peers.missing) report({ name, unit: '', value: 0, missing: true });
      if ((await server.call('told')) === 0) throw new Error('the audit log was told nothing');
    } finally {
      await Promise.all(pools.map((pool) => pool.close()));
      await Promise.all([server.stop(), proxy.stop(), ...peers.started.map((peer) => peer.stop())]);
      upstream.close();
      await redis.stop();
    }
  },
};
