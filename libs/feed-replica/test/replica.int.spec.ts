import { writers } from '@latchkey/contracts';
import { NatsFeed } from '@latchkey/feed';
import { grantRecord, messageOf, patRecord, userRecord } from '@latchkey/feed/testing';
import { createLogger } from '@latchkey/telemetry';
import { eventually, startNats, type TestNats, verifies } from '@latchkey/testing';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { Replica, ReplicaFollower } from '../src/index.ts';

const logger = createLogger('replica-test', 'silent');

interface Gateway {
  replica: Replica;
  follower: ReplicaFollower;
  feed: NatsFeed;
}

describe('replicas on NATS', () => {
  let server: TestNats;
  let writing: NatsFeed;
  let gateways: Gateway[];
  const put = (record: Parameters<typeof messageOf>[0], version = 1): ReturnType<NatsFeed['publish']> =>
    writing.publish(record.kind === 'pat' ? 'keys' : 'identity', messageOf(record, version));
  const hash = (id: string): string => patRecord(id).hash;
  const startGateway = async (): Promise<Gateway> => {
    const feed = await NatsFeed.connect({ servers: server.url, name: 'gateway', logger });
    const replica = new Replica();
    const follower = new ReplicaFollower({ feed, replica, logger });
    await follower.start();
    return { feed, replica, follower };
  };

  beforeEach(async () => {
    server = await startNats();
    writing = await NatsFeed.connect({ servers: server.url, name: 'writers', logger });
    for (const writer of writers) await writing.prepare(writer);
    await put(patRecord('a'));
    await put(userRecord('u1'));
    gateways = [await startGateway(), await startGateway()];
  }, 30_000);
  afterEach(async () => {
    for (const { feed, follower } of gateways) {
      await follower.stop();
      await feed.close();
    }
    await writing.close();
    await server.stop();
  }, 30_000);

  verifies('G2', 'a revocation reaches every gateway', async () => {
    for (const { replica } of gateways) expect([replica.patByHash(hash('a'))?.revokedAt, replica.user('u1')?.id]).toEqual([null, 'u1']);
    await put(patRecord('a', { revokedAt: 9 }), 2);
    await put(grantRecord('g1'));
    for (const { replica } of gateways) {
      await eventually(() => expect([replica.patByHash(hash('a'))?.revokedAt, replica.isGrantRevoked('g1')]).toEqual([9, true]));
    }
  });

  verifies('G2', 'no gateway forgets a revocation or a key while its stream is deleted and written again', async () => {
    await put(patRecord('b'));
    await put(patRecord('a', { revokedAt: 9 }), 2);
    for (const { replica } of gateways) await eventually(() => replica.patByHash(hash('a'))?.revokedAt === 9 && replica.patByHash(hash('b')) !== undefined);
    const answers: unknown[] = [];
    for (const { replica } of gateways) {
      replica.onChange(() => answers.push([replica.patByHash(hash('a'))?.revokedAt, replica.patByHash(hash('b'))?.id]));
    }
    const operator = await connect({ servers: server.url });
    await (await jetstreamManager(operator)).streams.delete('FEED_KEYS');
    await operator.close();
    await writing.prepare('keys');
    for (const { replica } of gateways) await eventually(() => replica.isRebuilding('keys'));
    await put(patRecord('c'));
    await put(patRecord('b'));
    for (const { replica } of gateways) await eventually(() => expect(replica.patByHash(hash('c'))?.id).toBe('c'));
    for (const { replica } of gateways) expect([replica.isRebuilding('keys'), replica.patByHash(hash('a'))?.revokedAt]).toEqual([true, 9]);
    await put(patRecord('a', { revokedAt: 9 }), 2);
    for (const { replica, follower } of gateways) {
      await eventually(() => follower.of('keys').followedTo.sequence >= 3);
      replica.completeRebuild('keys');
      expect([replica.patByHash(hash('a'))?.revokedAt, replica.patByHash(hash('b'))?.id]).toEqual([9, 'b']);
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(new Set(['[9,"b"]']));
  }, 30_000);
});
