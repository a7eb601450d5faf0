import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { giveTo, type Account } from './account.ts';
import type { ServerLog } from './log.ts';
import { ended, run } from './run.ts';

/** The superuser's password, made once per data directory. */
export function readPassword(dataDir: string): string {
  const file = join(dataDir, 'password');
  if (!existsSync(file)) {
    const draft = `${file}.new`;
    writeFileSync(draft, randomBytes(24).toString('base64url'), { mode: 0o600 });
    renameSync(draft, file);
  }
  return readFileSync(file, 'utf8');
}

function checkVersion(cluster: string, binaries: Account['binaries']): void {
  const made = readFileSync(join(cluster, 'PG_VERSION'), 'utf8').trim();
  const major = binaries.version.split('.', 1)[0] ?? '';
  if (made !== major) throw new Error(`The data in ${cluster} was made by Postgres ${made}; the packages bring Postgres ${major}.`);
}

/** Makes the cluster if there is none. It appears under its name only when complete, so a start that was killed leaves no half of one. */
export async function ensureCluster(account: Account, dataDir: string, cluster: string, durable: boolean, log: ServerLog): Promise<void> {
  if (existsSync(cluster)) {
    giveTo(account, cluster);
    checkVersion(cluster, account.binaries);
    return;
  }
  // An initdb whose launcher was killed may still be writing: each has a place of its own, and only the holder of the lock cleans up.
  for (const name of readdirSync(dataDir)) {
    if (name.startsWith('draft-')) rmSync(join(dataDir, name), { recursive: true, force: true, maxRetries: 10 });
  }
  const draft = join(dataDir, `draft-${randomBytes(4).toString('hex')}`);
  const passwordFile = `${draft}.password`;
  try {
    writeFileSync(passwordFile, readPassword(dataDir), { mode: 0o600, flag: 'wx' });
    giveTo(account, passwordFile);
    mkdirSync(draft, { mode: 0o700 });
    giveTo(account, draft);
    const args = ['-D', draft, '-U', 'postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8', '--locale=C'];
    const failure = await ended(run(account, 'initdb', durable ? args : [...args, '--no-sync'], log.descriptor));
    if (failure !== undefined) throw new Error(`initdb failed: ${failure}.\n${log.tail()}`);
  } finally {
    rmSync(passwordFile, { force: true });
  }
  renameSync(draft, cluster);
}
