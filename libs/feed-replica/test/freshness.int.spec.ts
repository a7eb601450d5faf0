import { NatsFeed } from '@latchkey/feed';
import { patRecord, userRecord } from '@latchkey/feed/testing';
import { createLogger } from '@latchkey/telemetry';
import { eventually, startNats, type TestNats, verifies } from '@latchkey/testing';
import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { Freshness, Replica, ReplicaFollower } from '../src/index.ts';
import { Truth } from './truth.ts';

const logger = createLogger('freshness-test', 'silent');

interface Gateway {
  feed: NatsFeed;
  replica: Replica;
  follower: ReplicaFollower;
  freshness: Freshness;
}

describe('freshness on NATS', () => {
  let server: TestNats;
  let writing: NatsFeed;
  let truth: Truth;
  let gateways: Gateway[];
  const ids = ['Ab12Cd34', 'Bc23De45', 'Cd34Ef56'];

  const startGateway = async (): Promise<Gateway> => {
    const feed = await NatsFeed.connect({ servers: server.url, name: 'gateway', logger });
    const replica = new Replica();
    const follower = new ReplicaFollower({ feed, replica, logger });
    const freshness = new Freshness({ feed, replica, follower, logger, intervalMs: 100 });
    freshness.start();
    const gateway = { feed, replica, follower, freshness };
    gateways.push(gateway);
    await follower.start();
    return gateway;
  };
  const asOperator = async (act: (manager: JetStreamManager) => Promise<unknown>): Promise<void> => {
    const operator = await connect({ servers: server.url });
    await act(await jetstreamManager(operator));
    await operator.close();
  };
  const fresh = (): Promise<void> =>
    eventually(() => {
      for (const { freshness } of gateways) for (const writer of ['identity', 'keys'] as const) expect(freshness.proofAgeMs(writer)).toBeLessThan(500);
    }, { timeoutMs: 20_000 });
  const isRevoked = ({ replica }: Gateway, id: string): boolean => replica.patByHash(patRecord(id).hash)?.revokedAt === 9;
  const revoke = (id: string): Promise<void> => truth.put(patRecord(id, { revokedAt: 9 }));

  beforeEach(async () => {
    server = await startNats();
    writing = await NatsFeed.connect({ servers: server.url, name: 'writers', logger });
    truth = new Truth(writing);
    await truth.begin();
    for (const id of ids) await truth.put(patRecord(id));
    await truth.put(userRecord('u1'));
    gateways = [];
    await startGateway();
    await startGateway();
    await fresh();
  }, 30_000);
  afterEach(async () => {
    for (const { feed, follower, freshness } of gateways) {
      await freshness.stop();
      await follower.stop();
      await feed.close();
    }
    await truth.end();
    await writing.close();
    await server.stop();
  }, 30_000);

  verifies('G2', 'a frozen server makes proofs old; a revocation of that time is known before they are new again', async () => {
    server.freeze();
    const asked = performance.now();
    const revoking = revoke('Ab12Cd34').catch(() => undefined);
    for (const { freshness } of gateways) await eventually(() => expect(freshness.proofAgeMs('keys')).toBeGreaterThan(1500));
    server.resume();
    await revoking;
    await truth.publishAll('keys');
    for (const gateway of gateways) {
      await eventually(() => {
        const provenAt = performance.now() - gateway.freshness.proofAgeMs('keys');
        if (provenAt >= asked) expect(isRevoked(gateway, 'Ab12Cd34')).toBe(true);
        expect(provenAt).toBeGreaterThan(asked);
      }, { timeoutMs: 20_000 });
    }
    await fresh();
  }, 60_000);

  verifies('G2', 'a stream that is deleted and written again is proven again, with every key and revocation', async () => {
    await revoke('Ab12Cd34');
    await asOperator((manager) => manager.streams.delete('FEED_KEYS'));
    await writing.prepare('keys');
    await truth.publishAll('keys');
    for (const { replica, freshness } of gateways) {
      await eventually(() => {
        expect([replica.isRebuilding('keys'), freshness.status().keys.digestOk]).toEqual([false, true]);
        expect(replica.state('keys').digest.total).toBe(truth.digest('keys').total);
      }, { timeoutMs: 20_000 });
      expect(ids.map((id) => replica.patByHash(patRecord(id).hash)?.revokedAt)).toEqual([9, null, null]);
    }
    await fresh();
  }, 60_000);

  verifies('G2', 'a message that is missing from the stream is found by who needs it, and published again', async () => {
    await asOperator((manager) => manager.streams.purge('FEED_KEYS', { filter: `feed.keys.pat.${ids[1] ?? ''}` }));
    const late = await startGateway();
    expect(late.freshness.proofAgeMs('keys')).toBe(Infinity);
    await fresh();
    expect(truth.repairs).toContain('keys');
    expect(late.replica.patByHash(patRecord(ids[1] ?? '').hash)?.id).toBe(ids[1]);
  }, 60_000);

  verifies('G2', 'consumers that are deleted at the server are made anew, and nothing is missed', async () => {
    await asOperator(async (manager) => {
      for await (const consumer of manager.consumers.list('FEED_KEYS')) await manager.consumers.delete('FEED_KEYS', consumer.name);
    });
    await revoke('Bc23De45');
    for (const gateway of gateways) await eventually(() => expect(isRevoked(gateway, 'Bc23De45')).toBe(true), { timeoutMs: 10_000 });
    await fresh();
    for (const { freshness } of gateways) expect(freshness.status().keys.rebuilds).toBe(0);
  }, 60_000);
});
