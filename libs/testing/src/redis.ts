import { once } from 'node:events';
import { connect } from 'node:net';
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

/** Starts a redis-server on loopback that keeps nothing on disk. `port`: a free one when absent. */
export async function startRedis(options: { port?: number } = {}): Promise<TestRedis> {
  const port = options.port ?? (await freePort());
  const server = await startServerProcess({
    program: findProgram(['redis-server'], 'REDIS_SERVER_BIN'),
    args: (directory) => ['--bind', '127.0.0.1', '--port', String(port), '--save', '', '--appendonly', 'no', '--dir', directory],
    ready: () => ping(port),
  });
  return { ...server, url: `redis://127.0.0.1:${port}` };
}
