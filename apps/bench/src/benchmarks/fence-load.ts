import { setTimeout as sleep } from 'node:timers/promises';
import type { Benchmark } from '../benchmark.ts';
import { percentile, summarize } from '../measure.ts';
import { recordNumber } from '../population.ts';
import { startChild } from '../processes/calls.ts';
import { gatewayIdentity } from '../processes/gateway-identity.ts';
import type { GatewaysCalls, Loaded } from '../processes/gateways.ts';
import type { ResponderCalls } from '../processes/responder.ts';
import { startServers } from '../processes/servers.ts';
import type { WriterCalls } from '../processes/writer.ts';

const rounds = 3;
const load = { gateways: 1000, perSecond: 4, seconds: 8 };

interface Costs {
  core: number;
  answeredPerSecond: number;
  unanswered: number;
  p50: number;
  p99: number;
}

/** @param cpu  microseconds that the process which answers has used so far */
async function costsOf(cpu: () => Promise<number>, run: () => Promise<Loaded>): Promise<Costs> {
  const [beforeUs, startedMs] = [await cpu(), performance.now()];
  const { answeredMs, unanswered } = await run();
  const [afterUs, endedMs] = [await cpu(), performance.now()];
  return {
    core: (afterUs - beforeUs) / 1000 / (endedMs - startedMs),
    answeredPerSecond: answeredMs.length / ((endedMs - startedMs) / 1000),
    unanswered,
    p50: percentile(answeredMs, 0.5),
    p99: percentile(answeredMs, 0.99),
  };
}

/** What a thousand gateways that prove their freshness cost the one writer that they ask. */
export const fenceLoad: Benchmark = {
  name: 'fence-load',
  about: '1,000 gateways that send 4 fences a second each to one writer: its CPU, its reads of the database, round trips',
  async run(report) {
    const servers = await startServers();
    const gateway = await gatewayIdentity();
    const { databaseUrl, natsUrl } = servers;
    const [writer, gateways, responder] = [startChild<WriterCalls>('writer'), startChild<GatewaysCalls>('gateways'), startChild<ResponderCalls>('responder')];
    try {
      await writer.call('start', { databaseUrl, natsUrl, jwksUrl: gateway.jwksUrl });
      await Promise.all([gateways.call('start', natsUrl), responder.call('start', natsUrl)]);
      await writer.call('mint', Array.from({ length: 2000 }, (_, at) => recordNumber(at)));

      const idle = await costsOf(() => writer.call('cpu'), async () => (await sleep(4000), { answeredMs: [0], unanswered: 0 }));
      const samples: { fence: Costs; bare: Costs; readsPerSecond: number }[] = [];
      for (let round = 0; round <= rounds; round += 1) {
        const bare = await costsOf(() => responder.call('cpu'), () => gateways.call('bare', { ...load, seconds: load.seconds / 2 }));
        const [before, startedMs] = [await writer.call('statements'), performance.now()];
        const fence = await costsOf(() => writer.call('cpu'), () => gateways.call('fences', load));
        const readsPerSecond = ((await writer.call('statements')) - before) / ((performance.now() - startedMs) / 1000);
        if (round > 0) samples.push({ fence, bare, readsPerSecond });
      }
      const of = (pick: (sample: (typeof samples)[number]) => number) => summarize(samples.map(pick));
      const responderName = 'a responder that only answers';
      report({ name: 'CPU of the writer, without load', unit: 'cores', value: idle.core });
      report({ name: 'CPU of the writer', unit: 'cores', ...of(({ fence }) => fence.core), yardstick: { name: responderName, value: of(({ bare }) => bare.core).value }, budget: 0.5 });
      report({ name: 'reads of the database', unit: '/s', ...of((sample) => sample.readsPerSecond), budget: 5 });
      report({ name: 'fences answered', unit: '/s', ...of(({ fence }) => fence.answeredPerSecond), yardstick: { name: 'asked for', value: load.gateways * load.perSecond } });
      report({ name: 'fences not answered in a second', unit: 'in all', ...of(({ fence }) => fence.unanswered) });
      report({ name: 'round trip of a fence, p50', unit: 'ms', ...of(({ fence }) => fence.p50), yardstick: { name: responderName, value: of(({ bare }) => bare.p50).value } });
      report({ name: 'round trip of a fence, p99', unit: 'ms', ...of(({ fence }) => fence.p99), yardstick: { name: responderName, value: of(({ bare }) => bare.p99).value } });
    } finally {
      await Promise.all([writer, gateways, responder].map((child) => child.stop()));
      gateway.close();
      await servers.stop();
    }
  },
};
