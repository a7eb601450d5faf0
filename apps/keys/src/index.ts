export type { KeysOptions } from './app.module.ts';
export { readKeysEnv, type KeysEnv } from './env.ts';
export { startKeys } from './start.ts';
export { verifierOf } from './webhooks/verifiers/verifier-of.ts';
