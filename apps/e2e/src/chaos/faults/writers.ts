import { setTimeout as sleep } from 'node:timers/promises';
import { writers } from '@latchkey/contracts';
import { eventually } from '@latchkey/testing';
import type { Service } from '../service.ts';
import type { Fault } from './fault.ts';

const isBack = (service: Service): Promise<unknown> => eventually(() => service.isReady(), { timeoutMs: 60_000 });

/** Nobody may read or write how far the stream has come, so no relay can publish and no fence be answered; a revocation touches it not. */
const relayPaused: Fault = {
  kind: 'relay paused',
  lane: 'servers',
  async run({ fleet: { database }, random }) {
    const writer = random.pick(writers);
    await database.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'latchkey-relay'");
    await database.transaction(async (client) => {
      await client.query(`LOCK TABLE ${writer}.feed_epoch IN ACCESS EXCLUSIVE MODE`);
      await sleep(random.between(2000, 4500));
    });
    return writer;
  },
};

/**
 * With NATS frozen, a revocation is acknowledged and cannot have been published; then the writer dies, and only then NATS wakes up. What
 * the writer knew is in its outbox alone.
 */
const killedBeforePublish: Fault = {
  kind: 'writer killed between COMMIT and publish',
  lane: 'servers',
  async run({ fleet: { nats, database, keys, identity }, random, excuses }) {
    const service = random.next() < 0.7 ? keys : identity;
    nats.freeze();
    await sleep(random.between(700, 1500));
    const excused = excuses.begin(service === keys ? 'keys' : 'identity');
    await service.kill();
    const [row] = await database.query<{ count: string }>(`SELECT count(*) FROM ${service.name}.outbox WHERE published_version <> version`);
    nats.resume();
    await sleep(random.between(0, 1000));
    await service.start();
    await isBack(service);
    excused();
    return `${service.name}, with ${row?.count ?? '?'} records unpublished`;
  },
};

/** At any moment, in the middle of whatever it does. */
const killed: Fault = {
  kind: 'writer killed',
  lane: 'servers',
  async run({ fleet: { keys, identity }, random, excuses }) {
    const service = random.pick([keys, identity]);
    const excused = excuses.begin(service === keys ? 'keys' : 'identity');
    await service.kill();
    await service.start();
    await isBack(service);
    excused();
    return service.name;
  },
};

const frozen: Fault = {
  kind: 'writer frozen',
  lane: 'servers',
  async run({ fleet: { keys, identity }, random, excuses }) {
    const service = random.pick([keys, identity]);
    const excused = excuses.begin(service === keys ? 'keys' : 'identity');
    service.freeze();
    await sleep(random.between(1500, 5500));
    service.resume();
    await isBack(service);
    excused();
    return service.name;
  },
};

export const writerFaults = [relayPaused, killedBeforePublish, killed, frozen];
