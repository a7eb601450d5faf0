import { randomBytes } from 'node:crypto';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Benchmark } from '../benchmark.ts';
import { readSnapshot, Replica, ReplicaSnapshots, TokenTable, writeSnapshot } from '@latchkey/feed-replica';
import { createLogger } from '@latchkey/telemetry';
import { summarize } from '../measure.ts';
import { million, recordNumber } from '../population.ts';

const rounds = 7;
const logger = createLogger('bench', 'warn');

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** Longest time for which the event loop was held while `work` ran. */
async function longestHold(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let last = performance.now();
  let running = true;
  const tick = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (running) setImmediate(tick);
  };
  setImmediate(tick);
  await work();
  running = false;
  tick();
  return longest;
}

/** One million tokens to disk and back. */
export const snapshot: Benchmark = {
  name: 'snapshot',
  about: '1 M tokens written to an encrypted file, loaded from it, and ready to be compared with what the writer says',
  async run(report) {
    const table: TokenTable = new TokenTable();
    for (let index = 0; index < million; index += 1) table.apply(recordNumber(index), 1);
    const directory = await mkdtemp(join(tmpdir(), 'latchkey-bench-'));
    const path = join(directory, 'replica.snapshot');
    const key = randomBytes(32);
    const source = { createdAtMs: Date.now(), positions: { keys: { epoch: 'bench', sequence: million } }, table, records: [] };
    const load = async (): Promise<void> => {
      const { snapshot: loaded, none } = await readSnapshot(path, key);
      if (loaded?.table.size !== million) throw new Error(`not loaded: ${none}`);
    };
    // All that a gateway does before it asks the feed for what came since: the digest is counted, too.
    const ready = async (): Promise<void> => {
      const replica = new Replica(logger);
      await new ReplicaSnapshots({ directory, key }, replica, logger).load();
      if (replica.state('keys').pats.size !== million) throw new Error('not loaded');
    };
    try {
      let bytes = 0;
      const times = { write: [] as number[], load: [] as number[], ready: [] as number[], rawWrite: [] as number[], rawRead: [] as number[], holdWrite: [] as number[], holdLoad: [] as number[], holdReady: [] as number[] };
      for (let round = 0; round <= rounds; round += 1) {
        const write = await timed(async () => void ({ bytes } = await writeSnapshot(path, key, source)));
        const beingReady = await timed(ready);
        const loaded = await timed(load);
        const plain = randomBytes(bytes);
        const rawWrite = await timed(async () => {
          const file = await open(join(directory, 'plain'), 'w');
          await file.writeFile(plain);
          await file.sync();
          await file.close();
        });
        const rawRead = await timed(() => readFile(path));
        const holdWrite = await longestHold(() => writeSnapshot(path, key, source));
        const holdLoad = await longestHold(load);
        const holdReady = await longestHold(ready);
        if (round === 0) report({ name: 'ready, the first of the process', unit: 'ms', value: beingReady, budget: 1000 });
        if (round === 0) continue;
        for (const [name, ms] of Object.entries({ write, load: loaded, ready: beingReady, rawWrite, rawRead, holdWrite, holdLoad, holdReady })) times[name as keyof typeof times].push(ms);
      }
      report({ name: 'size of the file', unit: 'B/token', value: bytes / million });
      report({ name: 'write', unit: 'ms', ...summarize(times.write), yardstick: { name: 'plain write and fsync of as much', value: summarize(times.rawWrite).value } });
      const plainRead = { name: 'plain read of the file', value: summarize(times.rawRead).value };
      report({ name: 'load', unit: 'ms', ...summarize(times.load), yardstick: plainRead });
      report({ name: 'ready: loaded, and its digest counted', unit: 'ms', ...summarize(times.ready), yardstick: plainRead, budget: 1000 });
      report({ name: 'event loop held while writing, longest', unit: 'ms', ...summarize(times.holdWrite) });
      report({ name: 'event loop held while loading, longest', unit: 'ms', ...summarize(times.holdLoad) });
      report({ name: 'event loop held until it is ready, longest', unit: 'ms', ...summarize(times.holdReady) });
    } finally {
      await rm(directory, { recursive: true });
    }
  },
};
