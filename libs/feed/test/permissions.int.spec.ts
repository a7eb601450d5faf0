import { fileURLToPath } from 'node:url';
import { createLogger } from '@latchkey/telemetry';
import { eventually, startNats, verifies, type TestNats } from '@latchkey/testing';
import { NatsFeed, subjectOf, type DeliveredMessage } from '../src/index.ts';

const config = fileURLToPath(new URL('../../../deploy/nats/latchkey.conf', import.meta.url));
const env = { NATS_IDENTITY_PASSWORD: 'identity-pw', NATS_KEYS_PASSWORD: 'keys-pw', NATS_GATEWAY_PASSWORD: 'gateway-pw', NATS_SERVICE_PASSWORD: 'service-pw' };
const user = (id: string) => ({ kind: 'user', id, disabled: false, epoch: null }) as const;
const message = (version: number) => ({ subject: subjectOf(user('ada')), version, record: user('ada') });

describe('deploy/nats/latchkey.conf', () => {
  let server: TestNats;
  const feeds: NatsFeed[] = [];
  const connect = async (name: string, password: string): Promise<NatsFeed> => {
    const feed = await NatsFeed.connect({ servers: server.url.replace('nats://', `nats://${name}:${password}@`), name, logger: createLogger(name, 'silent'), firstConnectMs: 2000 });
    feeds.push(feed);
    return feed;
  };
  beforeAll(async () => {
    server = await startNats({ config, env });
  });
  afterAll(async () => {
    await Promise.all(feeds.map((feed) => feed.close()));
    await server.stop();
  });

  verifies('G2', 'lets a writer write and answer, and a gateway read and ask', async () => {
    const identity = await connect('identity', 'identity-pw');
    const gateway = await connect('gateway', 'gateway-pw');
    await identity.prepare('identity');
    await identity.publish('identity', message(1));
    const seen: DeliveredMessage[] = [];
    const following = await gateway.follow('identity', null, { onMessage: (delivered) => void seen.push(delivered) });
    await eventually(() => expect(seen.map(({ version }) => version)).toEqual([1]));
    await identity.answer('ask.identity', (payload) => Promise.resolve({ echo: payload }));
    expect(await eventually(() => gateway.ask('ask.identity', 'well?', 1000))).toEqual({ echo: 'well?' });
    await following.stop();
    // Whoever exchanges a key asks the only service that holds one.
    const keys = await connect('keys', 'keys-pw');
    await keys.answer('ask.keys', (payload) => Promise.resolve({ echo: payload }));
    expect(await eventually(() => identity.ask('ask.keys', 'well?', 1000))).toEqual({ echo: 'well?' });
    // Keys asks about owners when it says whether a key is good; nobody puts a writer's own question to it in its name.
    expect(await eventually(() => keys.ask('ask.identity', 'well?', 1000))).toEqual({ echo: 'well?' });
    await expect(keys.ask('ask.keys', 'well?', 500)).rejects.toThrow();
    // Identity alone has gateways look at servers.
    await gateway.answer('probe.gateway', (payload) => Promise.resolve({ echo: payload }));
    expect(await eventually(() => identity.ask('probe.gateway', 'well?', 1000))).toEqual({ echo: 'well?' });
    await expect(keys.ask('probe.gateway', 'well?', 500)).rejects.toThrow();
  });

  verifies('G2', 'lets a gateway publish nothing, and no writer speak for the other', async () => {
    const [gateway, keys] = [await connect('gateway', 'gateway-pw'), await connect('keys', 'keys-pw')];
    for (const forger of [gateway, keys]) await expect(forger.publish('identity', message(9))).rejects.toThrow();
    // It does not exist yet, and only its writer may make it.
    await expect(gateway.prepare('keys')).rejects.toThrow();
    const identity = await connect('identity', 'identity-pw');
    expect((await identity.position('identity')).sequence).toBe(1);
  });

  verifies('G2', 'lets a gateway answer no question of another gateway', async () => {
    const [forger, asking] = [await connect('gateway', 'gateway-pw'), await connect('gateway', 'gateway-pw')];
    await forger.answer('fence.keys', () => Promise.resolve({ epoch: 'forged', sequence: 1e6, digest: '0'.repeat(64) })).catch(() => undefined);
    await expect(asking.ask('fence.keys', null, 500)).rejects.toThrow();
  });

  it('lets nobody in without a password', async () => {
    await expect(connect('gateway', 'wrong')).rejects.toThrow();
  });
});
