import { eventually, startRedis, verifies } from '@latchkey/testing';
import { send } from './support/send.ts';
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

      // However many come at once, through whichever gateway: not one more than the limit (G5 allows one, or 5 %).
      const burst = await worlds[0].pat({ rateLimit: { limit: 100, windowSeconds: 60 } });
      await worlds[1].publish(burst.record);
      const statuses = await Promise.all(Array.from({ length: 240 }, async (_, index) => (await worlds[index % 2 === 0 ? 0 : 1].post(list, bearer(burst.token))).status));
      expect([statuses.filter((status) => status === 200).length, statuses.filter((status) => status === 429).length]).toEqual([100, 140]);
      const readyz = async () => (await send(`${worlds[0].url}/readyz`, { method: 'GET' })).json;
      const metric = async () => /gateway_rate_limits\{counted="(\w+)"\} 1/.exec((await send(`${worlds[0].management}/metrics`, { method: 'GET' })).text)?.[1];
      expect([await readyz(), await metric()]).toEqual([{ status: 'ready', limits: 'shared' }, 'shared']);

      const page = async () => (await send(`${worlds[0].management}/metrics`, { method: 'GET' })).text;
      expect(await page()).toMatch(/^gateway_rate_limited_total\{limit="credential"\} [1-9]\d+$/m);
      // Requests that came while the first was asked about go with it, or with what was taken in advance.
      const trips = async (how: string) => Number(new RegExp(`^gateway_rate_limit_trips_total\\{trip="${how}"\\} (\\d+)$`, 'm').exec(await page())?.[1]);
      expect([await trips('answered') > 0, await trips('failed')]).toEqual([true, 0]);

      await redis.kill();
      // What was used up stays so; what nobody has used is served, by each gateway for itself.
      const fresh = await worlds[1].pat();
      expect([await ask(0), (await worlds[1].post(list, bearer(fresh.token))).status]).toEqual([429, 200]);
      await eventually(async () => expect([await readyz(), await metric()]).toEqual([{ status: 'ready', limits: 'insurance' }, 'insurance']));
    } finally {
      for (const world of worlds) await world.close();
      await redis.stop();
    }
  }, 30_000);
});
