export { benchmarks } from './benchmarks/index.ts';
export type { Benchmark, Figure, Report } from './benchmark.ts';
