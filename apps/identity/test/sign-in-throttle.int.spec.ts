import { createLogger } from '@latchkey/telemetry';
import { eventually, startRedis, verifies, type TestRedis } from '@latchkey/testing';
import { SignInThrottle } from '../src/accounts/sign-in-throttle.ts';
import type { IdentityEnv } from '../src/env.ts';

const logger = createLogger('identity', 'silent');
const throttle = (url: string) => new SignInThrottle({ REDIS_URL: url } as IdentityEnv, logger);
const attempt = (email: string, address = '192.0.2.1') => ({ email, address });

describe('the sign-in throttle over Redis', () => {
  let redis: TestRedis;
  let replicas: SignInThrottle[];

  beforeAll(async () => {
    redis = await startRedis();
    replicas = [throttle(redis.url), throttle(redis.url)];
    // Until both are connected each counts for itself.
    await eventually(async () => {
      const email = `ready-${Math.random()}@example.com`;
      for (let index = 0; index < 12; index++) await replicas[index % 2]!.charge(attempt(email, `198.51.100.${index}`));
      expect(await replicas[0]!.charge(attempt(email, '198.51.100.99'))).not.toBeNull();
    });
  });

  afterAll(async () => {
    for (const replica of replicas) replica.onApplicationShutdown();
    await redis.stop();
  });

  verifies('I7', 'failures are counted over all replicas, and what was given back does not count', async () => {
    for (let round = 0; round < 30; round++) {
      const replica = replicas[round % 2]!;
      expect(await replica.charge(attempt('Ann@example.com'))).toBeNull();
      await replica.refund(attempt('ann@example.com '));
    }
    for (let round = 0; round < 10; round++) expect(await replicas[round % 2]!.charge(attempt('ann@example.com'))).toBeNull();
    const seconds = await replicas[0]!.charge(attempt('ANN@example.com'));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(900);
    expect(await replicas[1]!.charge(attempt('bob@example.com'))).toBeNull();
  });

  verifies('I7', 'one address cannot try a password on ever more accounts', async () => {
    let allowed = 0;
    for (let index = 0; index < 120; index++) {
      if ((await replicas[index % 2]!.charge(attempt(`account-${index}@example.com`, `2001:db8::${index.toString(16)}`))) === null) allowed += 1;
    }
    expect(allowed).toBe(100);
  });
});
