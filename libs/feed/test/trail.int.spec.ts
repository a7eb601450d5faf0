import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLogger } from '@latchkey/telemetry';
import { eventually, freePort, startNats, verifies, type TestNats } from '@latchkey/testing';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { NatsTrail, type TrailBatch } from '../src/index.ts';
import { describeTrail, someEvent } from '../src/testing/index.ts';

const logger = createLogger('trail', 'silent');
const config = fileURLToPath(new URL('../../../deploy/nats/latchkey.conf', import.meta.url));
const env = { NATS_IDENTITY_PASSWORD: 'identity-pw', NATS_KEYS_PASSWORD: 'keys-pw', NATS_GATEWAY_PASSWORD: 'gateway-pw', NATS_SERVICE_PASSWORD: 'service-pw' };

describe('over NATS', () => {
  let server: TestNats;
  beforeAll(async () => { server = await startNats(); });
  afterAll(() => server.stop());

  describeTrail('nats', async () => {
    const stranger = await connect({ servers: server.url });
    await (await jetstreamManager(stranger)).streams.delete('AUDIT').catch(() => false);
    await stranger.close();
    const trails: NatsTrail[] = [];
    const another = async (): Promise<NatsTrail> => {
      const trail = await NatsTrail.connect({ servers: server.url, name: 'trail', logger });
      trails.push(trail);
      return trail;
    };
    return { trail: await another(), another, stop: async () => { await Promise.all(trails.map((trail) => trail.close())); } };
  });
});

verifies('I17', 'what was published stays while nobody keeps it and the server starts anew, and goes once it is kept', async () => {
  const [storeDir, port] = [mkdtempSync(join(tmpdir(), 'trail-')), await freePort()];
  const kept: string[] = [];
  const keep = ({ payload }: TrailBatch) => Promise.resolve(void kept.push(...(payload as { id: string }[]).map(({ id }) => id)));
  let server = await startNats({ storeDir, port });
  const trail = await NatsTrail.connect({ servers: server.url, name: 'trail', logger });
  try {
    const [first, second] = [someEvent(), someEvent()];
    const consumer = await trail.consume(keep);
    await eventually(() => trail.publish('keys', [first]));
    await eventually(() => expect(kept).toEqual([first.id]));
    await consumer.stop();
    await trail.publish('gateway', [second]);
    await server.stop();
    await expect(trail.publish('keys', [someEvent()])).rejects.toThrow();
    server = await startNats({ storeDir, port });
    await trail.consume(keep);
    await eventually(() => expect(kept).toEqual([first.id, second.id]), { timeoutMs: 20_000 });
    const stranger = await connect({ servers: server.url });
    const manager = await jetstreamManager(stranger);
    await eventually(async () => expect((await manager.streams.info('AUDIT')).state.messages).toBe(0));
    await stranger.close();
  } finally {
    await trail.close();
    await server.stop();
    rmSync(storeDir, { recursive: true, force: true });
  }
}, 60_000);

describe('with the rights of deploy/nats/latchkey.conf', () => {
  let server: TestNats;
  const trails: NatsTrail[] = [];
  const as = async (user: string): Promise<NatsTrail> => {
    const trail = await NatsTrail.connect({ servers: server.url.replace('nats://', `nats://${user}:${user}-pw@`), name: user, logger, firstConnectMs: 5000 });
    trails.push(trail);
    return trail;
  };
  beforeAll(async () => { server = await startNats({ config, env }); });
  afterAll(async () => {
    await Promise.all(trails.map((trail) => trail.close()));
    await server.stop();
  });

  verifies('I17', 'each service tells of its own acts only, and identity alone takes them', async () => {
    const kept: TrailBatch[] = [];
    const [identity, keys, gateway] = [await as('identity'), await as('keys'), await as('gateway')];
    await identity.consume((batch) => Promise.resolve(void kept.push(batch)));
    await eventually(() => keys.publish('keys', [someEvent()]));
    await gateway.publish('gateway', [someEvent()]);
    await eventually(() => expect(kept.map(({ source }) => source)).toEqual(['keys', 'gateway']));
    await expect(gateway.publish('keys', [someEvent()])).rejects.toThrow();
    await expect(keys.publish('gateway', [someEvent()])).rejects.toThrow();
    const stolen: TrailBatch[] = [];
    const thief = await gateway.consume((batch) => Promise.resolve(void stolen.push(batch)));
    for (let index = 0; index < 5; index += 1) await keys.publish('keys', [someEvent()]);
    await eventually(() => expect(kept.length).toBe(7));
    expect(stolen).toEqual([]);
    await thief.stop();
  }, 60_000);
});
