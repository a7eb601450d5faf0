import { Server as NetServer, type Socket } from 'node:net';
import type { Server, ServerResponse } from 'node:http';
import { z } from 'zod';

export const drainSecondsSchema = z.coerce.number().int().min(0).max(3600).default(30)
  .describe('How long what is open may take to end when the service is told to stop; what is open then is cut.');

/**
 * How a server leaves without a request being lost: it takes no new connection, answers on those that are open, says `Connection: close` with
 * each answer, and leaves idle ones to their own end (`Keep-Alive: timeout`), which callers know of. To close an idle connection at any other
 * moment could meet a request that is on its way.
 */
export class Drain {
  private draining = false;
  private readonly connections = new Set<Socket>();

  get isDraining(): boolean {
    return this.draining;
  }

  /** Knows from now on what is open there. */
  watch(server: Server): Server {
    return server.on('connection', (socket: Socket) => {
      this.connections.add(socket);
      socket.on('close', () => this.connections.delete(socket));
    });
  }

  /** To be told of every request before it is answered. Hot path: nothing is kept of it; its connection is known. */
  note(response: ServerResponse): void {
    if (this.draining) response.shouldKeepAlive = false;
  }

  /** @returns how many connections were cut, because they had not ended by themselves in that time */
  async run(server: Server, withinMs: number): Promise<number> {
    this.draining = true;
    for (const socket of this.connections) {
      const response = answeredOn(socket);
      if (response !== null) response.shouldKeepAlive = false;
    }
    // `Server.close` of HTTP would close idle connections too.
    const ended = new Promise<'ended'>((resolve) => NetServer.prototype.close.call(server, () => resolve('ended')));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => (timer = setTimeout(() => resolve('late'), withinMs)));
    const outcome = await Promise.race([ended, late]);
    clearTimeout(timer);
    if (outcome === 'ended') return 0;
    server.closeIdleConnections();
    const left = await connectionsOf(server);
    server.closeAllConnections();
    return left;
  }
}

/** The answer that is under way on a connection. */
export const answeredOn = (socket: Socket): ServerResponse | null => (socket as Socket & { _httpMessage?: ServerResponse | null })._httpMessage ?? null;

function connectionsOf(server: Server): Promise<number> {
  return new Promise((resolve) => server.getConnections((error, count) => resolve(error === null ? count : 0)));
}
