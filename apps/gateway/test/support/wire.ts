import diagnostics from 'node:diagnostics_channel';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { duplexPair, type Duplex } from 'node:stream';
import { send } from './send.ts';

export interface Begun { method: string; target: string; request: IncomingMessage; response: ServerResponse }
export interface Talk {
  /** What the server took for requests, as its parser read them */
  begun: Begun[];
  answer: Buffer;
}

const starts = 'http.server.request.start';
/** So many turns of the event loop without anything new, and the server waits for more. */
const quietTurns = 8;
const hangsAfterMs = 15_000;
const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** The HTTP server of a gateway in this process, spoken to in bytes: over memory, or over sockets. It is known when the server has nothing left to say, so nothing is waited for. */
export class Wire {
  private readonly talks = new Map<unknown, Begun[]>();

  private constructor(private readonly server: Server, private readonly url: URL) {}

  static async to(url: string): Promise<Wire> {
    let server: Server | undefined;
    const find = (message: unknown): void => { server = (message as { server: Server }).server; };
    diagnostics.subscribe(starts, find);
    await send(`${url}/healthz`, { method: 'GET' });
    diagnostics.unsubscribe(starts, find);
    if (server === undefined) throw new Error('no server was seen');
    const wire = new Wire(server, new URL(url));
    diagnostics.subscribe(starts, wire.note);
    return wire;
  }

  close(): void {
    diagnostics.unsubscribe(starts, this.note);
  }

  private readonly note = (message: unknown): void => {
    const { request, response, socket } = message as { request: IncomingMessage; response: ServerResponse; socket: unknown };
    this.talks.get(socket)?.push({ method: request.method ?? '', target: request.url ?? '', request, response });
  };

  overMemory(pieces: readonly Buffer[]): Promise<Talk> {
    const [ours, theirs] = duplexPair();
    Object.assign(theirs, { remoteAddress: '127.0.0.1' });
    this.server.emit('connection', theirs);
    return this.talk(ours, theirs, pieces, () => theirs.readableLength === 0);
  }

  async overSocket(pieces: readonly Buffer[]): Promise<Talk> {
    const accepted = new Promise<Duplex & { bytesRead: number }>((resolve) => void this.server.once('connection', resolve));
    const ours = connect({ host: this.url.hostname, port: Number(this.url.port), allowHalfOpen: true });
    const theirs = await accepted;
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    return this.talk(ours, theirs, pieces, () => theirs.bytesRead >= length);
  }

  /** @throws Error where the server neither answers nor gives up */
  private async talk(ours: Duplex, theirs: Duplex, pieces: readonly Buffer[], wasRead: () => boolean): Promise<Talk> {
    const begun: Begun[] = [];
    const chunks: Buffer[] = [];
    this.talks.set(theirs, begun);
    // The server may close, or reset, while there is still something to say.
    ours.on('error', () => undefined).on('data', (chunk: Buffer) => void chunks.push(chunk));
    theirs.on('error', () => undefined);
    const closed = new Promise<void>((resolve) => void theirs.once('close', resolve));
    const since = performance.now();
    const patience = (): void => { if (performance.now() - since > hangsAfterMs) throw new Error('the server hangs'); };
    for (const piece of pieces) {
      if (!theirs.destroyed) ours.write(piece);
      await turn();
    }
    for (let quiet = 0; quiet < quietTurns && !theirs.destroyed && !theirs.writableEnded; quiet += 1) {
      patience();
      await turn();
      // Whoever has the whole request owes an answer; half a request may wait for ever.
      if (!wasRead() || begun.some(({ request, response }) => request.complete && !response.writableFinished && !response.destroyed)) quiet = 0;
    }
    ours.end();
    const hangs = setTimeout(() => theirs.destroy(new Error('the server hangs')), hangsAfterMs);
    theirs.once('error', (error) => { if (error.message === 'the server hangs') chunks.push(Buffer.from(error.message)); });
    await closed;
    clearTimeout(hangs);
    this.talks.delete(theirs);
    for (let rest = 0; rest < 2; rest += 1) await turn();
    return { begun, answer: Buffer.concat(chunks) };
  }
}
