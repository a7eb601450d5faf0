import { NatsFeed } from '@latchkey/feed';
import { createLogger } from '@latchkey/telemetry';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { answerCalls } from './calls.ts';

export interface Load {
  gateways: number;
  perSecond: number;
  seconds: number;
}

export interface Loaded {
  answeredMs: number[];
  unanswered: number;
}

const connections = 4;
const timeoutMs = 1000;
const logger = createLogger('gateways', 'warn');
let feeds: NatsFeed[] = [];
let bare: NatsConnection[] = [];

/**
 * Has every gateway ask at its own even pace, all of them spread over the interval; like a gateway, none asks again before it was answered.
 * @param ask  number of the gateway: resolves with the answer
 */
async function load({ gateways, perSecond, seconds }: Load, ask: (gateway: number) => Promise<unknown>): Promise<Loaded> {
  const answeredMs: number[] = [];
  let unanswered = 0;
  const asking = new Set<number>();
  const one = async (gateway: number): Promise<void> => {
    if (asking.has(gateway)) return;
    asking.add(gateway);
    const askedMs = performance.now();
    await ask(gateway).then(
      () => answeredMs.push(performance.now() - askedMs),
      () => (unanswered += 1),
    );
    asking.delete(gateway);
  };
  const all: Promise<void>[] = [];
  const startedMs = performance.now();
  await new Promise<void>((done) => {
    let next = 0;
    const timer = setInterval(() => {
      const elapsedMs = performance.now() - startedMs;
      for (const due = (Math.min(elapsedMs, seconds * 1000) / 1000) * perSecond * gateways; next < due; next += 1) all.push(one(next % gateways));
      if (elapsedMs < seconds * 1000) return;
      clearInterval(timer);
      done();
    }, 1);
  });
  await Promise.all(all);
  return { answeredMs, unanswered };
}

/** Many gateways in one process: what they ask is as if each had its own, what it costs here is nobody's figure. */
const calls = {
  start: async (natsUrl: string): Promise<void> => {
    feeds = await Promise.all(Array.from({ length: connections }, (_, at) => NatsFeed.connect({ servers: natsUrl, name: `gateways-${at}`, logger })));
    bare = await Promise.all(feeds.map(() => connect({ servers: new URL(natsUrl).host })));
  },
  fences: (options: Load): Promise<Loaded> => load(options, (gateway) => feeds[gateway % connections].fence('keys', timeoutMs)),
  bare: (options: Load): Promise<Loaded> => load(options, (gateway) => bare[gateway % connections].request('bare', '{}', { timeout: timeoutMs })),
};
export type GatewaysCalls = typeof calls;

answerCalls(calls, async () => {
  await Promise.all(feeds.map((feed) => feed.close()));
  await Promise.all(bare.map((connection) => connection.close()));
});
