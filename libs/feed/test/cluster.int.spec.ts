import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { createLogger } from '@latchkey/telemetry';
import { eventually, freePort, startNats, verifies, type TestNats } from '@latchkey/testing';
import { NatsFeed, subjectOf, type DeliveredMessage } from '../src/index.ts';

const user = (id: string) => ({ kind: 'user', id, disabled: false, epoch: null }) as const;
const message = (id: string, version = 1) => ({ subject: subjectOf(user(id)), version, record: user(id) });

describe('three servers', () => {
  const servers: TestNats[] = [];
  let directory: string;
  let feed: NatsFeed;
  let watcher: NatsConnection;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'latchkey-test-cluster-'));
    const routes = [await freePort(), await freePort(), await freePort()];
    for (const [index, port] of routes.entries()) {
      const config = join(directory, `n${index}.conf`);
      const others = routes.filter((other) => other !== port).map((other) => `"nats://127.0.0.1:${other}"`);
      writeFileSync(config, `server_name: n${index}\ncluster { name: latchkey, listen: "127.0.0.1:${port}", routes: [${others.join(', ')}] }\n`);
      servers.push(await startNats({ config }));
    }
    feed = await NatsFeed.connect({ servers: servers.map(({ url }) => url), name: 'identity', logger: createLogger('identity', 'silent') });
    watcher = await connect({ servers: servers.map(({ url }) => new URL(url).host) });
    // The servers have to find each other first; until then there is room for one copy only, and the others are added later.
    const manager = await jetstreamManager(watcher, { checkAPI: false });
    await eventually(async () => {
      await feed.prepare('identity');
      return (await manager.streams.info('FEED_IDENTITY')).config.num_replicas === 3;
    }, { timeoutMs: 60_000 });
  }, 120_000);
  afterAll(async () => {
    await feed?.close();
    await watcher?.close();
    await Promise.all(servers.map((server) => server.stop()));
    rmSync(directory, { recursive: true, force: true });
  });

  verifies('G2', 'give a stream that was made with one copy the other two', async () => {
    const manager = await jetstreamManager(watcher);
    await manager.streams.add({ name: 'FEED_KEYS', subjects: ['feed.keys.>'], max_msgs_per_subject: 1, num_replicas: 1 });
    await feed.prepare('keys');
    expect((await manager.streams.info('FEED_KEYS')).config.num_replicas).toBe(3);
  }, 60_000);

  verifies('G2', 'keep three copies of a feed, which goes on when one of them dies', async () => {
    const manager = await jetstreamManager(watcher);
    const info = await manager.streams.info('FEED_IDENTITY');
    expect(info.config.num_replicas).toBe(3);
    const seen: DeliveredMessage[] = [];
    const following = await feed.follow('identity', null, { onMessage: (delivered) => void seen.push(delivered) });
    await eventually(() => feed.publish('identity', message('before')), { timeoutMs: 30_000 });
    await eventually(() => expect(seen.map(({ subject }) => subject)).toEqual(['feed.identity.user.before']), { timeoutMs: 30_000 });

    // A copy that has not caught up yet takes no part in an election, and one alone is no majority.
    const leader = await eventually(async () => {
      const { cluster } = await manager.streams.info('FEED_IDENTITY');
      return cluster?.leader !== undefined && cluster.replicas?.length === 2 && cluster.replicas.every(({ current }) => current) && Number(/\d/.exec(cluster.leader)?.[0]);
    }, { timeoutMs: 60_000 });
    await servers[leader]!.kill();
    await eventually(() => feed.publish('identity', message('after')), { timeoutMs: 60_000 });
    await eventually(() => expect(seen.at(-1)?.subject).toBe('feed.identity.user.after'), { timeoutMs: 60_000 });
    await following.stop();
  }, 180_000);
});
