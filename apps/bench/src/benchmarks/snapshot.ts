import { randomBytes } from 'node:crypto';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Benchmark } from '../benchmark.ts';
import { readSnapshot, TokenTable, writeSnapshot } from '@latchkey/feed-replica';
import { summarize } from '../measure.ts';
import { million, recordNumber } from '../population.ts';

const rounds = 7;

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
  about: '1 M tokens written to an encrypted file and loaded from it',
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
    try {
      let bytes = 0;
      const times = { write: [] as number[], load: [] as number[], rawWrite: [] as number[], rawRead: [] as number[], holdWrite: [] as number[], holdLoad: [] as number[] };
      for (let round = 0; round <= rounds; round += 1) {
        const write = await timed(async () => void ({ bytes } = await writeSnapshot(path, key, source)));
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
        if (round === 0) report({ name: 'load, the first of the process', unit: 'ms', value: loaded, budget: 1000 });
        if (round === 0) continue;
        for (const [name, ms] of Object.entries({ write, load: loaded, rawWrite, rawRead, holdWrite, holdLoad })) times[name as keyof typeof times].push(ms);
      }
      report({ name: 'size of the file', unit: 'B/token', value: bytes / million });
      report({ name: 'write', unit: 'ms', ...summarize(times.write), yardstick: { name: 'plain write and fsync of as much', value: summarize(times.rawWrite).value } });
      report({ name: 'load', unit: 'ms', ...summarize(times.load), yardstick: { name: 'plain read of the file', value: summarize(times.rawRead).value }, budget: 1000 });
      report({ name: 'event loop held while writing, longest', unit: 'ms', ...summarize(times.holdWrite) });
      report({ name: 'event loop held while loading, longest', unit: 'ms', ...summarize(times.holdLoad) });
    } finally {
      await rm(directory, { recursive: true });
    }
  },
};
