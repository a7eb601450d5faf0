import { benchmarks } from './benchmarks/index.ts';

const benchmark = benchmarks.find(({ name }) => name === process.argv[2]);
if (benchmark === undefined) throw new Error('run-one takes the name of one benchmark, and minutes');
await benchmark.run((figure) => void process.send?.(figure), { minutes: Number(process.argv[3]) });
process.disconnect?.();
