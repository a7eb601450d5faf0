import { readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identityOf, isRunning } from './process-identity.ts';

/** What a running server says of itself: the lines of `postmaster.pid` that matter here. */
export interface Postmaster {
  pid: number;
  port: number;
  ready: boolean;
}

export function readPostmaster(cluster: string): Postmaster | undefined {
  try {
    const lines = readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n');
    const pid = Number(lines[0]);
    return Number.isInteger(pid) && pid > 1 ? { pid, port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' } : undefined;
  } catch {
    return undefined;
  }
}

/** The server that runs on a cluster now; undefined where none does. */
export function runningPostmaster(cluster: string): Postmaster | undefined {
  const postmaster = readPostmaster(cluster);
  return postmaster !== undefined && postmaster.ready && serves(postmaster.pid, cluster) ? postmaster : undefined;
}

/** Whether that process is the server of that directory: after a reboot the number may be anybody's. */
function serves(pid: number, cluster: string): boolean {
  try {
    // The server's working directory is its data directory.
    if (process.platform === 'linux') return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(cluster);
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).includes(cluster);
  } catch {
    return false;
  }
}

async function endsWithin(milliseconds: number, pid: number): Promise<boolean> {
  const identity = identityOf(pid);
  const deadline = performance.now() + milliseconds;
  while (identity !== undefined && isRunning(identity)) {
    if (performance.now() > deadline) return false;
    await sleep(10);
  }
  return true;
}

/**
 * Fast shutdown (SIGINT: clients are cut, all is written out), then an immediate one (SIGQUIT), which the next start recovers from.
 * @throws when the server does neither
 */
export async function stopPostmaster(pid: number): Promise<void> {
  for (const [signal, milliseconds] of [['SIGINT', 15_000], ['SIGQUIT', 10_000]] as const) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ESRCH') return;
      throw error;
    }
    if (await endsWithin(milliseconds, pid)) return;
  }
  throw new Error(`Postgres, process ${pid}, does not stop.`);
}

/**
 * Ends the server that a killed launcher left behind, and removes a `postmaster.pid` whose number has gone to somebody else. It is
 * called with the directory locked, so whatever serves it is nobody's any more.
 */
export async function endOrphan(cluster: string, onProgress: (line: string) => void): Promise<void> {
  const left = readPostmaster(cluster);
  if (left === undefined || identityOf(left.pid) === undefined) return;
  if (serves(left.pid, cluster)) {
    onProgress(`stopping the Postgres that an earlier run left behind (process ${left.pid})`);
    await stopPostmaster(left.pid);
  } else {
    rmSync(join(cluster, 'postmaster.pid'), { force: true });
  }
}
