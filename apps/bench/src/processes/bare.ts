import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '@nats-io/transport-node';
import pg from 'pg';

export interface Messenger {
  /** Sends one message and waits for its arrival on another connection. */
  roundTripMs(): Promise<number>;
  close(): Promise<void>;
}

/** NOTIFY on one connection of Postgres, LISTEN on another. */
export async function postgresMessenger(url: string): Promise<Messenger> {
  const [sender, receiver] = [new pg.Client({ connectionString: url }), new pg.Client({ connectionString: url })];
  await Promise.all([sender.connect(), receiver.connect()]);
  await receiver.query('LISTEN bare');
  return {
    roundTripMs: async () => {
      const arrived = once(receiver, 'notification');
      const sentMs = performance.now();
      const sent = sender.query('NOTIFY bare');
      await arrived;
      const ms = performance.now() - sentMs;
      await sent;
      return ms;
    },
    close: async () => void (await Promise.all([sender.end(), receiver.end()])),
  };
}

/** Publish on one connection to NATS, subscribe on another; nothing is stored. */
export async function natsMessenger(url: string): Promise<Messenger> {
  const [sender, receiver] = await Promise.all([connect({ servers: new URL(url).host }), connect({ servers: new URL(url).host })]);
  let arrived: () => void = () => undefined;
  receiver.subscribe('bare', { callback: () => arrived() });
  await receiver.flush();
  const payload = 'x'.repeat(400);
  return {
    roundTripMs: async () => {
      const arrival = new Promise<void>((resolve) => (arrived = resolve));
      const sentMs = performance.now();
      sender.publish('bare', payload);
      await arrival;
      return performance.now() - sentMs;
    },
    close: async () => void (await Promise.all([sender.close(), receiver.close()])),
  };
}

/** One at a time, with a pause after each, as calm as what they are compared with. */
export async function roundTrips(messenger: Messenger, count: number, pauseMs: number): Promise<number[]> {
  const times: number[] = [];
  for (let at = 0; at < count; at += 1) {
    times.push(await messenger.roundTripMs());
    await sleep(pauseMs);
  }
  return times;
}
