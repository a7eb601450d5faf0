export { readStandaloneEnv, type StandaloneEnv } from './env.ts';
export type { ReadyDocument } from './ready-file.ts';
export { startStandalone, type Standalone, type StartOptions } from './start.ts';
