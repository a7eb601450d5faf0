export { findEmbeddedPostgres } from './find-running.ts';
export { freePort } from './free-port.ts';
export { DirectoryInUseError, lockDirectory } from './lock.ts';
export { identityOf, isRunning, type ProcessIdentity } from './process-identity.ts';
export { startEmbeddedPostgres, type EmbeddedPostgres, type EmbeddedPostgresOptions } from './start.ts';
