import { setTimeout as sleep } from 'node:timers/promises';
import type { Account } from './account.ts';
import type { ServerLog } from './log.ts';
import { readPostmaster, stopPostmaster } from './postmaster.ts';
import { ended as endOf, run } from './run.ts';

export interface ServeOptions {
  account: Account;
  cluster: string;
  port: number;
  settings: Readonly<Record<string, string>>;
  log: ServerLog;
  onProgress: (line: string) => void;
}

export interface Server {
  pid: number;
  port: number;
  ended: Promise<void>;
  /** Fast shutdown; resolves when the process is gone. */
  stop(): Promise<void>;
}

const fixed = {
  listen_addresses: '127.0.0.1',
  // No socket file: the path of one has room for about 100 characters, and nobody uses it.
  unix_socket_directories: '',
  // What a statement or a violated constraint would tell of its values stays out of the log.
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
};

/** Starts the server on a cluster and waits until it takes connections; crash recovery takes as long as it takes. */
export async function serve(options: ServeOptions): Promise<Server> {
  const settings = Object.entries({ ...fixed, ...options.settings }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = run(options.account, 'postgres', ['-D', options.cluster, '-p', String(options.port), ...settings], options.log.descriptor);
  let failure: string | undefined;
  let running = true;
  const ended = endOf(child).then((reason) => {
    running = false;
    failure = reason;
  });
  const stop = async (): Promise<void> => {
    child.ref();
    if (running && child.pid !== undefined) await stopPostmaster(child.pid);
    await ended;
  };
  const start = performance.now();
  let told = false;
  for (;;) {
    const postmaster = readPostmaster(options.cluster);
    if (child.pid !== undefined && postmaster?.pid === child.pid && postmaster.ready) {
      // From here on the server keeps nobody alive: a process that has nothing else to do may end.
      child.unref();
      return { pid: child.pid, port: options.port, ended, stop };
    }
    if (!running) throw new Error(`Postgres does not start: ${failure ?? 'it ended'}.\n${options.log.tail()}`);
    if (!told && performance.now() - start > 3000) {
      options.onProgress('Postgres is recovering');
      told = true;
    }
    await sleep(10);
  }
}
