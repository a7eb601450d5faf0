import { streamNames } from '@latchkey/contracts';
import { NatsFeed, subjectOf } from '@latchkey/feed';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { createLogger } from '@latchkey/telemetry';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { Benchmark } from '../benchmark.ts';
import { summarize } from '../measure.ts';
import { million, recordNumber } from '../population.ts';
import { startChild } from '../processes/calls.ts';
import type { FollowerCalls, Replayed } from '../processes/follower.ts';
import { startServers } from '../processes/servers.ts';

const rounds = 3;
const batch = 5000;
/** Each tells that it has caught up, which is no progress. */
const writers = 2;

/** Fills the stream of the keys service: as the relay would, but without waiting for each acknowledgement. */
async function fill(connection: NatsConnection): Promise<void> {
  const client = jetstream(connection, { timeout: 60_000 });
  for (let index = 1; index <= million; index += 1) {
    const record = recordNumber(index);
    const subject = subjectOf(record);
    const text = JSON.stringify({ subject, version: 1, record });
    if (index % batch === 0) await client.publish(subject, text);
    else connection.publish(subject, text);
  }
  const { state } = await (await jetstreamManager(connection, { checkAPI: false })).streams.info(streamNames.keys);
  if (state.messages !== million) throw new Error(`${state.messages} messages are in the stream`);
}

/** The least that a follower could do: takes every message from a consumer and looks at none. */
async function bareReplay(connection: NatsConnection): Promise<number> {
  const startedMs = performance.now();
  const consumer = await jetstream(connection).consumers.get(streamNames.keys);
  let count = 0;
  await new Promise<void>((done, reject) => {
    consumer.consume({ max_messages: 500, callback: () => { count += 1; if (count === million) done(); } }).catch(reject);
  });
  return performance.now() - startedMs;
}

/** A gateway without a snapshot, on the day that the deployment has a million tokens. */
export const replay: Benchmark = {
  name: 'replay',
  about: '1 M tokens from the beginning of the stream into a replica, as a gateway without a snapshot starts',
  async run(report) {
    const servers = await startServers();
    const connection = await connect({ servers: new URL(servers.natsUrl).host });
    try {
      const feed = await NatsFeed.connect({ servers: servers.natsUrl, name: 'filler', logger: createLogger('filler', 'warn') });
      await Promise.all([feed.prepare('keys'), feed.prepare('identity')]);
      await feed.close();
      const startedMs = performance.now();
      await fill(connection);
      report({ name: 'filling the stream, for the benchmark', unit: 'ms', value: performance.now() - startedMs });

      const bare: number[] = [];
      const replayed: Replayed[] = [];
      for (let round = 0; round < rounds; round += 1) {
        bare.push(await bareReplay(connection));
        const follower = startChild<FollowerCalls>('follower');
        const result = await follower.call('replay', servers.natsUrl, recordNumber(million).hash);
        await follower.stop();
        if (!result.known) throw new Error('the last token is not in the replica');
        replayed.push(result);
      }
      const of = (pick: (one: Replayed) => number) => summarize(replayed.map(pick));
      const yardstick = { name: 'messages taken and not looked at', value: summarize(bare).value };
      report({ name: '1 M tokens from the stream', unit: 'ms', ...of(({ ms }) => ms), yardstick });
      report({ name: 'rate', unit: 'tokens/s', ...of(({ ms }) => million / (ms / 1000)), yardstick: { name: yardstick.name, value: million / (yardstick.value / 1000) } });
      report({ name: 'CPU', unit: 'us/token', ...of(({ cpuMs }) => (cpuMs * 1000) / million) });
      report({ name: 'resident memory of the process, at the end', unit: 'MB', ...of(({ residentBytes }) => residentBytes / 1e6) });
      report({ name: 'lines that told of progress', unit: 'lines', ...of(({ progress }) => progress.length - writers) });
    } finally {
      await connection.close();
      await servers.stop();
    }
  },
};
