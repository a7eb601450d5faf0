const collect = (): void => {
  if (globalThis.gc === undefined) throw new Error('Benchmarks run with --expose-gc: start them with `npm run bench`.');
  globalThis.gc();
};

/** As if memory ran out: also gives back what the engine would keep for the next moment. */
const collectAll = (): void => {
  collect();
  globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
};

/** Bytes that the process holds after a full collection: resident, and as the engine counts them (heap and typed arrays). */
export function memoryInUse(): { resident: number; counted: number } {
  // Typed arrays that died are given back after the collection that found them dead, hence more than one.
  for (let round = 0; round < 4; round += 1) collectAll();
  const { rss, heapUsed, external } = process.memoryUsage();
  return { resident: rss, counted: heapUsed + external };
}

/** The same of a process that goes on: what is compiled stays, and nothing is given back that will be wanted in a moment. */
export function memoryHeld(): { resident: number; counted: number } {
  for (let round = 0; round < 2; round += 1) collect();
  const { rss, heapUsed, external } = process.memoryUsage();
  return { resident: rss, counted: heapUsed + external };
}

/** Milliseconds on the wall (the engine collects on several threads) of one full collection: what the live heap costs each time. */
export function collectionMs(): number {
  const started = performance.now();
  collect();
  return performance.now() - started;
}
