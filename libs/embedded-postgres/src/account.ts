import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, cpSync, existsSync, lstatSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { Binaries } from './binaries.ts';

/** As whom, and by which command, the server runs. Postgres refuses to run as root. */
export interface Account {
  uid: number;
  gid: number;
  /** Set where this process has to become that user. */
  identity: { uid?: number; gid?: number };
  /** What stands before the command: a user namespace in which root is somebody else. */
  prefix: readonly string[];
  binaries: Binaries;
}

/** "nobody" of every Linux: no file of the system belongs to it, and no account has to be created. */
const nobody = 65534;
const namespace = ['unshare', '--user', `--map-user=${nobody}`, `--map-group=${nobody}`];

const succeeds = (command: string, args: readonly string[], identity: Account['identity']): boolean =>
  spawnSync(command, args, { ...identity, cwd: '/', stdio: 'ignore', timeout: 10_000 }).status === 0;

/** Tried, not computed: whether an account gets at a place depends on every directory above it, on ACLs and on mounts. */
const canRun = (binaries: Binaries, identity: Account['identity']): boolean =>
  succeeds(join(binaries.directory, 'bin', 'postgres'), ['--version'], identity);
const canEnter = (directory: string, identity: Account['identity']): boolean =>
  succeeds('/bin/sh', ['-c', 'test -x "$0"', directory], identity);

/** A copy that every account may read, beside the data: for binaries below somebody's private directory. */
function copyOf(binaries: Binaries, dataDir: string): Binaries {
  const directory = join(dataDir, `binaries-${binaries.version}`);
  if (!existsSync(directory)) {
    const draft = `${directory}.${process.pid}`;
    rmSync(draft, { recursive: true, force: true });
    cpSync(binaries.directory, draft, { recursive: true, verbatimSymlinks: true });
    chmodSync(draft, 0o755);
    renameSync(draft, directory);
  }
  return { ...binaries, directory };
}

function canNamespace(binaries: Binaries): boolean {
  const [command = '', ...args] = namespace;
  return process.platform === 'linux' && succeeds(command, [...args, join(binaries.directory, 'bin', 'postgres'), '--version'], {});
}

/** initdb asks for the name of its account, which a container with a number for a user has not. */
function hasName(): boolean {
  try {
    return userInfo().username !== '';
  } catch {
    return false;
  }
}

function chooseForOrdinaryUser(binaries: Binaries): Account {
  const self = { uid: process.getuid?.() ?? -1, gid: process.getgid?.() ?? -1, identity: {}, binaries };
  return { ...self, prefix: !hasName() && canNamespace(binaries) ? namespace : [] };
}

/**
 * Decides for one data directory. Its present owner stays its owner: started as root once, a user's own data must still be the user's.
 * @param cluster  may not exist yet; `dataDir`, its parent, does
 * @throws with the way out, when root finds no account that gets at the data
 */
export function chooseAccount(binaries: Binaries, dataDir: string, cluster: string): Account {
  if (process.getuid?.() !== 0) return chooseForOrdinaryUser(binaries);
  const made = existsSync(cluster) ? statSync(cluster) : undefined;
  const owner = made !== undefined && made.uid !== 0 ? { uid: made.uid, gid: made.gid } : { uid: nobody, gid: nobody };
  const enters = canEnter(dataDir, owner);
  if (enters && canRun(binaries, owner)) return { ...owner, identity: owner, prefix: [], binaries };
  const namespaceWorks = canNamespace(binaries);
  // In the namespace the files are root's, so data that is a user's takes a copy of the binaries instead.
  if (enters && (owner.uid !== nobody || !namespaceWorks)) {
    const copy = copyOf(binaries, dataDir);
    if (canRun(copy, owner)) return { ...owner, identity: owner, prefix: [], binaries: copy };
  }
  if (namespaceWorks) return { uid: 0, gid: 0, identity: {}, prefix: namespace, binaries };
  throw new Error(
    `Postgres does not run as root, and no other account can enter ${dataDir}. ` +
      'Run as an ordinary user, put the data directory where others may enter (LATCHKEY_DATA_DIR), or set DATABASE_URL.',
  );
}

/** Gives a tree to the account. A data directory can move between the two ways of running as root. */
export function giveTo(account: Account, path: string): void {
  if (process.getuid?.() !== 0) return;
  const stat = lstatSync(path);
  if (stat.uid === account.uid && stat.gid === account.gid) return;
  if (stat.isDirectory()) for (const name of readdirSync(path)) giveTo(account, join(path, name));
  // Last, so that an interrupted change of owner is begun anew.
  chownSync(path, account.uid, account.gid);
}
