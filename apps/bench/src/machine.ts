import { cpus, loadavg, totalmem } from 'node:os';

export interface Machine {
  node: string;
  processor: string;
  cores: number;
  memoryGib: number;
  platform: string;
  /** Of one minute, before the run: figures of a busy machine are worth less. */
  load: number;
  at: string;
}

export function describeMachine(): Machine {
  return {
    node: process.version,
    processor: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGib: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    load: Math.round((loadavg()[0] ?? 0) * 100) / 100,
    at: new Date().toISOString(),
  };
}
