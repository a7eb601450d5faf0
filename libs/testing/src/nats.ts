import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from './find-program.ts';
import { startServerProcess, type ServerProcess } from './server-process.ts';

export interface NatsOptions {
  /** Where JetStream keeps its streams; given, it outlives the server, so that a second one can take over. */
  storeDir?: string;
  /** A free one when absent; given, a successor can be found where its predecessor was. */
  port?: number;
  /** A configuration file, for users and permissions; its variables are taken from `env`. */
  config?: string;
  env?: Record<string, string>;
}

export interface TestNats extends ServerProcess {
  url: string;
}

/** Starts a nats-server with JetStream on loopback. */
export async function startNats({ storeDir, port, config, env = {} }: NatsOptions = {}): Promise<TestNats> {
  let url = '';
  const server = await startServerProcess({
    program: findProgram(['nats-server'], 'NATS_SERVER_BIN'),
    args: (directory) => [
      ...(config === undefined ? [] : ['-c', config]),
      '-a', '127.0.0.1', '-p', String(port ?? -1), '-js', '-sd', storeDir ?? join(directory, 'store'), '--ports_file_dir', directory,
    ],
    env,
    ready: ({ pid, directory }) => {
      const ports = JSON.parse(readFileSync(join(directory, `nats-server_${pid}.ports`), 'utf8')) as { nats: [string] };
      url = ports.nats[0];
    },
  });
  return { ...server, url };
}
