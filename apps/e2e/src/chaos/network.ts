import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

type State = 'whole' | 'cut' | 'held';
/** `null` is the end of the connection. */
interface Piece {
  chunk: Buffer | null;
  dueAtMs: number;
}

/** A stretch of network between one client and one server. */
export class Network {
  #state: State = 'whole';
  #delayMs = 0;
  readonly #server = createServer((socket) => this.#join(socket));
  readonly #sockets = new Set<Socket>();
  readonly #pumps = new Set<() => void>();

  private constructor(
    private readonly host: string,
    private readonly port: number,
  ) {}

  static async to(target: string): Promise<Network> {
    const { hostname, port } = new URL(target);
    const network = new Network(hostname, Number(port));
    network.#server.listen(0, '127.0.0.1');
    await once(network.#server, 'listening');
    return network;
  }

  get url(): string {
    return `nats://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Connections break, and new ones break at once. */
  cut(): void {
    this.#state = 'cut';
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Nothing passes and nobody is told; what was sent arrives when it is mended, however late that is. */
  hold(): void {
    this.#state = 'held';
  }

  /** Everything takes so much longer, in each direction. */
  delay(ms: number): void {
    this.#delayMs = ms;
  }

  mend(): void {
    this.#state = 'whole';
    this.#delayMs = 0;
    for (const pump of this.#pumps) pump();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(client: Socket): void {
    if (this.#state === 'cut') return void client.destroy();
    const upstream = connect(this.port, this.host);
    for (const [from, to] of [[client, upstream], [upstream, client]] as const) {
      this.#sockets.add(from);
      from.setNoDelay(true);
      const { push, pump } = this.#pipe(to);
      this.#pumps.add(pump);
      from.on('data', (chunk) => push(chunk));
      from.on('error', () => undefined);
      from.on('close', () => {
        this.#sockets.delete(from);
        push(null);
      });
      to.on('close', () => this.#pumps.delete(pump));
    }
  }

  /** Keeps the order, whatever the delay was when a piece came. */
  #pipe(to: Socket): { push: (chunk: Buffer | null) => void; pump: () => void } {
    const queue: Piece[] = [];
    let timer: NodeJS.Timeout | undefined;
    const pump = (): void => {
      clearTimeout(timer);
      for (let [piece] = queue; piece !== undefined; [piece] = queue) {
        if (this.#state === 'held') return;
        const waitMs = this.#delayMs === 0 ? 0 : piece.dueAtMs - performance.now();
        if (waitMs > 0) return void (timer = setTimeout(pump, waitMs));
        queue.shift();
        if (piece.chunk === null) to.destroy();
        else if (!to.destroyed) to.write(piece.chunk);
      }
    };
    return {
      pump,
      push: (chunk) => {
        queue.push({ chunk, dueAtMs: performance.now() + this.#delayMs });
        pump();
      },
    };
  }
}
