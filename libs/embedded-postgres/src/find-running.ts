import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readPassword } from './cluster.ts';
import { runningPostmaster } from './postmaster.ts';

/**
 * The server that another process runs on a directory, for a command that passes by.
 * @returns its URL with the password in it, not for logs; undefined where none runs
 */
export function findEmbeddedPostgres(dataDir: string): string | undefined {
  const directory = resolve(dataDir);
  const cluster = join(directory, 'cluster');
  const postmaster = existsSync(cluster) ? runningPostmaster(cluster) : undefined;
  return postmaster === undefined ? undefined : `postgres://postgres:${readPassword(directory)}@127.0.0.1:${postmaster.port}/postgres`;
}
