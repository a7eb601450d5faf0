import type { PatRecord } from '@latchkey/contracts';
import type { Benchmark, Report } from '../benchmark.ts';
import { TokenTable } from '@latchkey/feed-replica';
import { collectionMs, memoryInUse } from '../memory.ts';
import { compare, summarize, threadMs, type Measured } from '../measure.ts';
import { hashOf, million, recordNumber } from '../population.ts';

const looked = 200_000;
const stride = 7919; // A prime: neighbours in the sample are strangers in memory.

/** Fills, and tells what one million costs and how long the longest insertion held the thread. */
function fill(apply: (record: PatRecord) => void): { resident: number; counted: number; longestMs: number; nsPerApply: number } {
  const before = memoryInUse();
  let longestMs = 0;
  let totalMs = 0;
  for (let index = 0; index < million; index += 1) {
    const record = recordNumber(index);
    const started = threadMs();
    apply(record);
    const ms = threadMs() - started;
    totalMs += ms;
    if (ms > longestMs) longestMs = ms;
  }
  const after = memoryInUse();
  return {
    resident: (after.resident - before.resident) / million,
    counted: (after.counted - before.counted) / million,
    longestMs,
    nsPerApply: (totalMs * 1e6) / million,
  };
}

const collections = (): Measured => summarize(Array.from({ length: 9 }, collectionMs));

/** Hashes side by side in one piece of memory, handed out in one buffer: reading them must not cost more than looking for them. */
function eachOf(hashes: readonly Buffer[], find: (hash: Uint8Array) => number) {
  const all = Buffer.concat(hashes);
  const one = new Uint8Array(32);
  return (from: number, to: number): number => {
    let total = 0;
    for (let at = from; at < to; at += 1) {
      for (let byte = 0; byte < 32; byte += 1) one[byte] = all[at * 32 + byte];
      total += find(one);
    }
    return total;
  };
}

function eachText(hashes: readonly string[], find: (hash: string) => number) {
  return (from: number, to: number): number => {
    let total = 0;
    for (let at = from; at < to; at += 1) total += find(hashes[at]);
    return total;
  };
}

/** Reads of which each needs the one before, all over as much memory as the rows have: the time of one look at cold memory. */
function coldReads(): (from: number, to: number) => number {
  const words = new Uint32Array(16 * million).map((_, at) => (Math.imul(at, 2_654_435_761) >>> 0) % (16 * million));
  return (from, to) => {
    let at = 1;
    for (let step = from; step < to; step += 1) at = words[(at + step) % words.length];
    return at;
  };
}

function reportLookups(report: Report, table: TokenTable, map: Map<string, PatRecord>): void {
  const hits = Array.from({ length: looked }, (_, at) => hashOf((at * stride) % million));
  const misses = Array.from({ length: looked }, (_, at) => hashOf(million + at));
  const hot = hits.map((_, at) => hits[at % 1000]);
  const text = (hashes: readonly Buffer[]): string[] => hashes.map((hash) => hash.toString('base64url'));
  const measured = compare(
    {
      coldRead: coldReads(),
      hit: eachOf(hits, (hash) => table.findBytes(hash)),
      miss: eachOf(misses, (hash) => table.findBytes(hash)),
      hot: eachOf(hot, (hash) => table.findBytes(hash)),
      hit43: eachText(text(hits), (hash) => table.find(hash)),
      miss43: eachText(text(misses), (hash) => table.find(hash)),
      mapHit: eachText(text(hits), (hash) => map.get(hash)?.mintedAt ?? 0),
      mapMiss: eachText(text(misses), (hash) => map.get(hash)?.mintedAt ?? 0),
    },
    { operations: looked, rounds: 11 },
  );
  const yardstick = { name: 'one read of cold memory', value: measured.coldRead.value };
  report({ name: 'one read of cold memory (of 64 MB)', unit: 'ns', ...measured.coldRead });
  report({ name: 'lookup, 32 bytes, hit, any of 200,000', unit: 'ns', ...measured.hit, yardstick, budget: 100 });
  report({ name: 'lookup, 32 bytes, hit, one of 1,000', unit: 'ns', ...measured.hot, yardstick, budget: 100 });
  report({ name: 'lookup, 32 bytes, miss', unit: 'ns', ...measured.miss, yardstick, budget: 100 });
  report({ name: 'lookup, base64url, hit', unit: 'ns', ...measured.hit43, yardstick: { name: 'Map.get', value: measured.mapHit.value } });
  report({ name: 'lookup, base64url, miss', unit: 'ns', ...measured.miss43, yardstick: { name: 'Map.get', value: measured.mapMiss.value } });
}

/** One million tokens in the table, against a Map of records. */
export const tokenTable: Benchmark = {
  name: 'token-table',
  about: 'bytes, lookups, insertions and garbage collection of 1 M tokens, against a Map of objects',
  async run(report) {
    // As many records as later, though few are kept: what the engine sets aside for code and short-lived objects is not what tokens need.
    const rehearsal = new TokenTable();
    for (let index = 0; index < million; index += 1) {
      const record = recordNumber(index);
      if (index % 50 === 0) rehearsal.apply(record, 1);
    }
    const gcEmpty = collections();

    const table: TokenTable = new TokenTable();
    const tableCost = fill((record) => void table.apply(record, 1));
    const gcTable = collections();
    const map = new Map<string, PatRecord>();
    const mapCost = fill((record) => void map.set(record.hash, record));
    const gcBoth = collections();

    const name = 'Map of records';
    report({ name: 'by count: rows and indexes', unit: 'B/token', value: table.bytes / million, budget: 80 });
    report({ name: 'by heap and typed arrays', unit: 'B/token', value: tableCost.counted, yardstick: { name, value: mapCost.counted }, budget: 80 });
    report({ name: 'by resident memory', unit: 'B/token', value: tableCost.resident, yardstick: { name, value: mapCost.resident }, budget: 80 });
    report({ name: 'insertion, mean (CPU)', unit: 'ns', value: tableCost.nsPerApply, yardstick: { name, value: mapCost.nsPerApply } });
    report({ name: 'insertion, longest (CPU)', unit: 'ms', value: tableCost.longestMs, yardstick: { name, value: mapCost.longestMs } });
    reportLookups(report, table, map);
    report({ name: 'full collection, empty heap', unit: 'ms', ...gcEmpty });
    report({ name: 'full collection, with the table', unit: 'ms', ...gcTable });
    report({ name: 'full collection, with table and Map', unit: 'ms', ...gcBoth });
    report({
      name: 'full collection, what the table adds', unit: 'ms', value: Math.max(gcTable.value - gcEmpty.value, 0),
      yardstick: { name, value: gcBoth.value - gcTable.value },
    });
  },
};
