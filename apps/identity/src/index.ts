export { hashPassword } from './accounts/password.ts';
export { readIdentityEnv, type IdentityEnv } from './env.ts';
export { operateUsers } from './operate/users.ts';
export type { Seed } from './seed/seed.ts';
export { startIdentity, type RunningIdentity } from './start.ts';
