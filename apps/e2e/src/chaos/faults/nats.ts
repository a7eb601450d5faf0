import { setTimeout as sleep } from 'node:timers/promises';
import { streamNames, writers } from '@latchkey/contracts';
import { eventually } from '@latchkey/testing';
import { JetStreamApiError, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import type { Fault } from './fault.ts';

const frozen: Fault = {
  kind: 'NATS frozen',
  lane: 'servers',
  async run({ fleet: { nats } }) {
    nats.freeze();
    await sleep(4000);
    nats.resume();
  },
};

const restarted: Fault = {
  kind: 'NATS killed, restarted on its store',
  lane: 'servers',
  async run({ fleet: { nats }, random }) {
    await nats.kill();
    await sleep(random.between(0, 3000));
    await nats.start();
  },
};

const storeLost: Fault = {
  kind: 'NATS lost its store',
  lane: 'servers',
  async run({ fleet: { nats }, random }) {
    await nats.kill();
    nats.loseStore();
    await sleep(random.between(0, 1000));
    await nats.start();
  },
};

const rolledBack: Fault = {
  kind: 'NATS store rolled back',
  lane: 'servers',
  async run({ fleet: { nats }, random }) {
    nats.copyStore();
    // What is revoked meanwhile is in no copy.
    await sleep(random.between(1000, 3000));
    await nats.kill();
    nats.restoreStore();
    await nats.start();
  },
};

/** What is there can go by itself at the same time, and JetStream is not there at once after a start of the server. */
async function withStreams<T>(url: string, body: (manager: JetStreamManager) => Promise<T>): Promise<T> {
  const connection = await connect({ servers: url, timeout: 5000, maxReconnectAttempts: -1 });
  try {
    return await eventually(async () => ({ result: await body(await jetstreamManager(connection)) }), { timeoutMs: 20_000 }).then(({ result }) => result);
  } finally {
    await connection.close();
  }
}

const isGone = (error: unknown): boolean => error instanceof JetStreamApiError && error.status === 404;
const orGone = (error: unknown): false => {
  if (isGone(error)) return false;
  throw error;
};

const consumersDeleted: Fault = {
  kind: 'consumers deleted',
  lane: 'servers',
  async run({ fleet: { nats } }) {
    let count = 0;
    await withStreams(nats.url, async ({ consumers }) => {
      for (const writer of writers) {
        const stream = streamNames[writer];
        for (const { name } of await consumers.list(stream).next()) if (await consumers.delete(stream, name).catch(orGone)) count += 1;
      }
    });
    return `${count} of them`;
  },
};

const streamDeleted: Fault = {
  kind: 'stream deleted',
  lane: 'servers',
  async run({ fleet: { nats }, random }) {
    const writer = random.pick(writers);
    await withStreams(nats.url, ({ streams }) => streams.delete(streamNames[writer]));
    return writer;
  },
};

export const natsFaults = [frozen, restarted, storeLost, rolledBack, consumersDeleted, streamDeleted];
