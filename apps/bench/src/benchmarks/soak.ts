import { setTimeout as sleep } from 'node:timers/promises';
import { startRedis } from '@latchkey/testing';
import { importJWK, type CryptoKey } from 'jose';
import { Pool } from 'undici';
import type { Benchmark } from '../benchmark.ts';
import { slopeOf } from '../measure.ts';
import { mixedLoad, signer } from '../mixed-load.ts';
import { startChild, type Child } from '../processes/calls.ts';
import { gatewayOptions } from '../processes/gateway-options.ts';
import type { GatewayServerCalls } from '../processes/gateway-server.ts';
import { startMcpUpstream } from '../processes/mcp-upstream.ts';

const workers = 8;
const people = 200;
const sampleMs = 30_000;
/** A few fences take less. */
const settledMs = 1500;
/** What it takes to collect garbage when it is asked to, too. */
const options = [...gatewayOptions, '--expose-gc'];

interface Sample {
  minute: number;
  resident: number;
  counted: number;
}

/** Whether what a gateway holds grows with what it has served. */
export const soak: Benchmark = {
  name: 'soak',
  about: 'memory of a gateway under calls, lists, refusals, streams, new and expired tokens, for some minutes',
  async run(report, { minutes }) {
    const redis = await startRedis();
    const upstream = await startMcpUpstream({ answers: 'by tool' });
    const server: Child<GatewayServerCalls> = startChild('gateway-server', undefined, options, { MALLOC_ARENA_MAX: '1' });
    let pool: Pool | undefined;
    try {
      const { url, signing, issuer, audience, ...tokens } = await server.call('start', { upstreamUrl: upstream.url, redisUrl: redis.url, people });
      const { origin, pathname } = new URL(url);
      pool = new Pool(origin, { connections: 2 * workers });
      const act = mixedLoad({ pool, path: pathname, ...tokens, sign: signer((await importJWK(signing, 'ES256')) as CryptoKey, { issuer, audience }) });

      const endMs = performance.now() + minutes * 60_000;
      let next = 0;
      let over = false;
      let busy = 0;
      let pause = Promise.resolve();
      const work = async (): Promise<void> => {
        while (!over) {
          await pause;
          busy += 1;
          await act(next++).finally(() => { busy -= 1; });
        }
      };
      const load = Promise.all(Array.from({ length: workers }, work));
      /** While garbage is collected nothing can be proven to be fresh: nobody asks until it is again. */
      const measure = async (): Promise<{ resident: number; counted: number }> => {
        let goOn: () => void = () => undefined;
        pause = new Promise((resolve) => { goOn = resolve; });
        while (busy > 0) await sleep(5);
        const held = await server.call('memory');
        await sleep(settledMs);
        goOn();
        return held;
      };
      const samples: Sample[] = [];
      const sampling = async (): Promise<void> => {
        while (performance.now() < endMs) {
          await sleep(Math.min(sampleMs, endMs - performance.now()));
          const { resident, counted } = await measure();
          const minute = minutes - (endMs - performance.now()) / 60_000;
          samples.push({ minute, resident, counted });
          report({ name: `after ${minute.toFixed(1)} min and ${next} requests, resident`, unit: 'MB', value: resident / 1e6 });
          report({ name: `after ${minute.toFixed(1)} min, heap and buffers`, unit: 'MB', value: counted / 1e6 });
        }
        over = true;
      };
      await Promise.all([load, sampling()]);
      const later = samples.filter(({ minute }) => minute >= minutes / 2);
      report({ name: 'requests', unit: '/s', value: next / (minutes * 60) });
      report({ name: 'resident, in the second half', unit: 'kB/min', value: slopeOf(later.map(({ minute, resident }) => [minute, resident / 1e3])) });
      report({ name: 'heap and buffers, in the second half', unit: 'kB/min', value: slopeOf(later.map(({ minute, counted }) => [minute, counted / 1e3])) });
    } finally {
      await pool?.destroy();
      await server.stop();
      upstream.close();
      await redis.stop();
    }
  },
};
