import { chmodSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { chooseAccount } from './account.ts';
import { findBinaries } from './binaries.ts';
import { ensureCluster, readPassword } from './cluster.ts';
import { freePort } from './free-port.ts';
import { lockDirectory } from './lock.ts';
import { ServerLog } from './log.ts';
import { endOrphan } from './postmaster.ts';
import { serve, type Server } from './serve.ts';

export interface EmbeddedPostgresOptions {
  /** Made when absent. Holds the cluster, the password (0600), the server's log and the lock. */
  dataDir: string;
  /** A free one when absent. */
  port?: number;
  onProgress?: (line: string) => void;
  /** false: no fsync, for data that need not outlive a crash of the machine. */
  durable?: boolean;
  /** Further settings of the server. */
  settings?: Readonly<Record<string, string>>;
}

export interface EmbeddedPostgres {
  /** With the password in it: not for logs. */
  url: string;
  pid: number;
  /** Resolves when the server has ended, whoever ended it. */
  ended: Promise<void>;
  /** Cuts the clients, writes everything out, gives the directory back. */
  stop(): Promise<void>;
}

const unsafe = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

/** A port found free can be taken by the time the server binds it; one that was asked for is not exchanged. */
async function serveOnFreePort(start: (port: number) => Promise<Server>, port: number | undefined): Promise<Server> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start(port ?? (await freePort()));
    } catch (error) {
      if (port !== undefined || attempt === 3 || !String(error).includes('could not bind')) throw error;
    }
  }
}

/**
 * Starts the Postgres that comes with the packages on a directory, as root too, and after whatever happened to the run before.
 * The server listens on loopback only and does not keep this process alive.
 * @throws DirectoryInUseError when another process has the directory; Error with the end of the server's log when it does not start
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dataDir = resolve(options.dataDir);
  const cluster = join(dataDir, 'cluster');
  const onProgress = options.onProgress ?? (() => undefined);
  const durable = options.durable ?? true;
  mkdirSync(dataDir, { recursive: true });
  // Another account runs the server when we are root: it may pass through, and read only what is its own.
  chmodSync(dataDir, process.getuid?.() === 0 ? 0o711 : 0o700);
  const release = lockDirectory(dataDir);
  const log = new ServerLog(join(dataDir, 'server.log'));
  try {
    await endOrphan(cluster, onProgress);
    const account = chooseAccount(findBinaries(), dataDir, cluster);
    await ensureCluster(account, dataDir, cluster, durable, log);
    const settings = { ...(durable ? {} : unsafe), ...options.settings };
    const server = await serveOnFreePort((port) => serve({ account, cluster, port, settings, log, onProgress }), options.port);
    const ended = server.ended.then(release);
    return {
      url: `postgres://postgres:${readPassword(dataDir)}@127.0.0.1:${server.port}/postgres`,
      pid: server.pid,
      ended,
      stop: async () => {
        await server.stop();
        await ended;
      },
    };
  } catch (error) {
    release();
    throw error;
  } finally {
    log.close();
  }
}
