import { createLogger } from '@latchkey/telemetry';
import { eventually, freePort, startRedis, type TestRedis, verifies } from '@latchkey/testing';
import { createRateLimiter, createRedis, Limits, type RateLimiter, type Redis } from '../src/index.ts';

describe('limits in Redis', () => {
  let port: number;
  let server: TestRedis;
  let lines: string[];
  const clients: Redis[] = [];

  /** A replica of a service: its own client, its own memory. */
  const replica = async (limit: number): Promise<RateLimiter> => {
    const redis = createRedis(server.url, createLogger('limit-test', 'info', { write: (line) => void lines.push((JSON.parse(line) as { msg: string }).msg) }));
    clients.push(redis);
    await eventually(() => redis.status === 'ready');
    return createRateLimiter({ name: 'test', limit, windowSeconds: 60, redis });
  };

  beforeEach(async () => {
    lines = [];
    port = await freePort();
    server = await startRedis({ port });
  });
  afterEach(async () => {
    server.resume();
    for (const client of clients.splice(0)) client.disconnect();
    await server.stop();
  });

  verifies('G5', 'replicas share one limit', async () => {
    const [one, two] = [await replica(3), await replica(3)];
    expect([await one.consume('k'), await two.consume('k'), await one.consume('k')].map(({ remaining }) => remaining)).toEqual([2, 1, 0]);
    expect([(await one.consume('k')).allowed, (await two.consume('k')).allowed]).toEqual([false, false]);
    expect(await two.consume('k')).toMatchObject({ limit: 3, remaining: 0, resetSeconds: 60 });
  });

  verifies('G5', 'exactly as many as the limit pass, however many come at once', async () => {
    const replicas = [await replica(25), await replica(25)];
    const decisions = await Promise.all(Array.from({ length: 100 }, (_, index) => replicas[index % 2]!.consume('k')));
    expect(decisions.filter(({ allowed }) => allowed)).toHaveLength(25);
  });

  it('asks without charging', async () => {
    const limiter = await replica(2);
    await limiter.consume('k');
    expect(await limiter.consume('k', { cost: 0 })).toMatchObject({ allowed: true, remaining: 1 });
  });

  it('leaves a window in Redis that ends by itself', async () => {
    const limiter = await replica(2);
    await limiter.consume('k');
    expect(await clients[0]!.ttl('ratelimit:test:k')).toBeGreaterThan(50);
  });

  verifies('G5', 'each process limits by itself while Redis is dead, and they share again once it is back', async () => {
    const limiter = await replica(2);
    await limiter.consume('k');
    await server.kill();
    const decisions = [];
    for (let index = 0; index < 4; index++) decisions.push(await limiter.consume('k'));
    expect(decisions.map(({ allowed }) => allowed)).toEqual([true, true, false, false]);
    await eventually(() => expect(lines).toEqual(['redis is away; limits are counted per process']));
    server = await startRedis({ port });
    await eventually(() => expect(lines.at(-1)).toBe('redis is back'));
    await limiter.consume('k');
    expect(await clients[0]!.get('ratelimit:test:k')).toBe('1');
    expect(lines).toHaveLength(2);
  }, 30_000);

  verifies('G5', 'a frozen Redis fails no request, and soon delays none', async () => {
    const limiter = await replica(2);
    await limiter.consume('k');
    server.freeze();
    const begin = performance.now();
    const decisions = await Promise.all(Array.from({ length: 4 }, () => limiter.consume('k')));
    expect(performance.now() - begin).toBeLessThan(1000);
    expect(decisions).toHaveLength(4);
    await eventually(() => clients[0]!.status !== 'ready');
    const later = performance.now();
    expect((await limiter.consume('k')).allowed).toBe(false);
    expect(performance.now() - later).toBeLessThan(100);
    server.resume();
    await eventually(() => expect(lines.at(-1)).toBe('redis is back'));
  });

  const replicaOfLimits = async (nowMs?: () => number): Promise<Limits> => {
    const redis = createRedis(server.url, createLogger('limit-test', 'silent'));
    clients.push(redis);
    await eventually(() => redis.status === 'ready');
    return new Limits({ name: 'test', redis, ...(nowMs === undefined ? {} : { nowMs }) });
  };
  const [each, all] = [(key: string) => ({ key, limit: 30, windowSeconds: 60 }), { key: 'all', limit: 50, windowSeconds: 60 }];

  verifies('G5', 'several limits are asked in one trip, shared by all replicas, and none is passed by a single request', async () => {
    const replicas = [await replicaOfLimits(), await replicaOfLimits()];
    const decisions = await Promise.all(Array.from({ length: 120 }, (_, index) => replicas[index % 2]!.consume('acme', [each(index % 4 < 2 ? 'one' : 'two'), all])));
    expect(decisions.filter(({ allowed }) => allowed)).toHaveLength(50);
    // Every trip of a client is one command, the script's; what loads it the first time is another.
    const calls = async (): Promise<number> => Number(/cmdstat_evalsha:calls=(\d+)/.exec(await clients[0]!.info('commandstats'))?.[1]);
    const before = await calls();
    await replicas[0]!.consume('acme', [each('one'), all]);
    expect((await calls()) - before).toBe(1);
    expect(replicas[0]!.state).toBe('shared');
    // What was refused was charged nowhere.
    expect(Number(await clients[0]!.get('ratelimit:test:{acme}:one')) + Number(await clients[0]!.get('ratelimit:test:{acme}:two'))).toBe(50);
    expect(await clients[0]!.pttl('ratelimit:test:{acme}:all')).toBeGreaterThan(50_000);
  });

  verifies('G5', 'a process takes in advance what it will need soon, and exactly as many as the limit pass', async () => {
    const clock = { ms: 0 };
    const replicas = [await replicaOfLimits(() => clock.ms), await replicaOfLimits(() => clock.ms)];
    const [one] = replicas as [Limits, Limits];
    const large = { key: 'large', limit: 1000, windowSeconds: 60 };
    const trips = async (): Promise<number> => Number(/cmdstat_evalsha:calls=(\d+)/.exec(await clients[0]!.info('commandstats'))?.[1] ?? 0);
    expect(await one.consume('acme', [large])).toMatchObject({ allowed: true, remaining: 999 });
    const before = await trips();
    for (let count = 1; count < 400; count += 1) await one.consume('acme', [large]);
    expect((await trips()) - before).toBeLessThan(20);
    expect(await one.consume('acme', [large])).toMatchObject({ allowed: true, remaining: 599 });
    // No more than a twentieth is taken for later, and what is used up by a limit that was lowered is not served from there.
    expect(Number(await clients[0]!.get('ratelimit:test:{acme}:large'))).toBeLessThanOrEqual(450);
    expect((await one.consume('acme', [{ ...large, limit: 300 }])).allowed).toBe(false);
    let passed = 401;
    for (let count = 0; count < 1000; count += 1) passed += (await replicas[count % 2]!.consume('acme', [large])).allowed ? 1 : 0;
    expect(passed).toBe(1000);
  });

  verifies('G5', 'what one of several limits refuses is given back at the others, also where it was in hand', async () => {
    const limits = await replicaOfLimits(() => 0);
    const [small, large] = [{ key: 'small', limit: 3, windowSeconds: 60 }, { key: 'large', limit: 100, windowSeconds: 60 }];
    for (let count = 0; count < 20; count += 1) await limits.consume('acme', [large]);
    const decisions = [];
    for (let count = 0; count < 10; count += 1) decisions.push(await limits.consume('acme', [small, large]));
    expect(decisions.filter(({ allowed }) => allowed)).toHaveLength(3);
    expect(await limits.consume('acme', [large])).toMatchObject({ allowed: true, remaining: 76 });
  });

  verifies('G5', 'with Redis away counting goes on from where it was, in each process, and is shared again once it is back', async () => {
    const [one, other] = [await replicaOfLimits(), await replicaOfLimits()];
    const small = { key: 'k', limit: 3, windowSeconds: 60 };
    await one.consume('acme', [small]);
    await one.consume('acme', [small]);
    await server.kill();
    const decisions = [];
    for (let index = 0; index < 3; index++) decisions.push(await one.consume('acme', [small]));
    expect([decisions.map(({ allowed }) => allowed), one.state]).toEqual([[true, false, false], 'insurance']);
    // Who has seen none of it begins at nothing: one limit a process.
    expect(await other.consume('acme', [small])).toMatchObject({ allowed: true, remaining: 2 });
    server = await startRedis({ port });
    await eventually(() => clients.every(({ status }) => status === 'ready'));
    expect([await one.consume('acme', [small]), one.state]).toMatchObject([{ allowed: true, remaining: 2 }, 'shared']);
  }, 30_000);

  it('connects later to a Redis that is away at the start, and counts in memory until then', async () => {
    await server.stop();
    const redis = createRedis(server.url, createLogger('limit-test', 'silent'));
    clients.push(redis);
    const limiter = createRateLimiter({ name: 'late', limit: 1, windowSeconds: 60, redis });
    expect([(await limiter.consume('k')).allowed, (await limiter.consume('k')).allowed]).toEqual([true, false]);
    server = await startRedis({ port });
    await eventually(async () => {
      await limiter.consume('k');
      expect(await redis.get('ratelimit:late:k')).not.toBeNull();
    });
  }, 30_000);
});
