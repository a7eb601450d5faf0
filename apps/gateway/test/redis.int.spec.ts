import { eventually, startRedis, verifies } from '@latchkey/testing';
import { bearer, list, startWorld } from './support/world.ts';

describe('two gateways and one Redis', () => {
  verifies('G5', 'share the limit of a credential, and serve on when Redis is gone', async () => {
    const redis = await startRedis();
    const env = { REDIS_URL: redis.url, LATCHKEY_RATE_LIMIT_PER_MINUTE: '4' };
    const worlds = [await startWorld({ env }), await startWorld({ env })] as const;
    try {
      const { token, record } = await worlds[0].pat();
      await worlds[1].publish(record);
      const ask = async (at: 0 | 1) => (await worlds[at].post(list, bearer(token))).status;
      // Until Redis is connected each counts for itself.
      await eventually(async () => {
        const other = await worlds[0].pat();
        await worlds[1].publish(other.record);
        await worlds[0].post(list, bearer(other.token));
        return (await worlds[1].post(list, bearer(other.token))).headers['ratelimit-remaining'] === '2';
      });
      expect([await ask(0), await ask(1), await ask(0), await ask(1), await ask(0), await ask(1)]).toEqual([200, 200, 200, 200, 429, 429]);
      await redis.kill();
      await eventually(async () => await ask(0) === 200);
      expect((await worlds[1].post(list, bearer((await worlds[1].pat()).token))).status).toBe(200);
    } finally {
      for (const world of worlds) await world.close();
      await redis.stop();
    }
  }, 30_000);
});
