import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePort } from '@latchkey/embedded-postgres';
import { findProgram } from './find-program.ts';
import { startServerProcess, type ServerProcess } from './server-process.ts';

export interface TestRedis extends ServerProcess {
  url: string;
}

async function ping(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    socket.write('PING\r\n');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    if (!answer.toString().startsWith('+PONG')) throw new Error('no PONG');
  } finally {
    socket.destroy();
  }
}

const program = (): string => findProgram(['redis-server'], 'REDIS_SERVER_BIN');

export interface RedisOptions {
  /** A free one when absent */
  port?: number;
  /** The port of the one that it follows */
  replicaOf?: number;
}

/** Starts a redis-server on loopback that keeps nothing on disk. */
export async function startRedis(options: RedisOptions = {}): Promise<TestRedis> {
  const port = options.port ?? (await freePort());
  const server = await startServerProcess({
    program: program(),
    args: (directory) => [
      '--bind', '127.0.0.1', '--port', String(port), '--save', '', '--appendonly', 'no', '--dir', directory,
      ...(options.replicaOf === undefined ? [] : ['--replicaof', '127.0.0.1', String(options.replicaOf)]),
    ],
    ready: () => ping(port),
  });
  return { ...server, url: `redis://127.0.0.1:${port}` };
}

/** Starts a sentinel that alone decides that the primary, called `main`, is gone once it has not answered for a second. */
export async function startSentinel(primaryPort: number): Promise<TestRedis> {
  const port = await freePort();
  const server = await startServerProcess({
    program: program(),
    args: (directory) => {
      const file = join(directory, 'sentinel.conf');
      writeFileSync(file, [
        `port ${port}`, 'bind 127.0.0.1', `dir ${directory}`, `sentinel monitor main 127.0.0.1 ${primaryPort} 1`,
        'sentinel down-after-milliseconds main 1000', 'sentinel failover-timeout main 5000', '',
      ].join('\n'));
      return [file, '--sentinel'];
    },
    ready: () => ping(port),
  });
  return { ...server, url: `redis+sentinel://127.0.0.1:${port}/main` };
}
