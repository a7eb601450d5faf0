import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Network {
  url: string;
  /** Nothing passes any more, in either direction, and nobody is told. What is sent is lost, or held until the network is mended. */
  cut(how: 'lose' | 'hold'): void;
  mend(): void;
  /** Pieces that are held. */
  readonly held: number;
  close(): Promise<void>;
}

/** A stretch of network between a client and the server at `target`. A connection that has lost something never works again. */
export async function networkTo(target: string): Promise<Network> {
  const { hostname, port } = new URL(target);
  let state: 'whole' | 'lose' | 'hold' = 'whole';
  const held: (() => void)[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    let broken = false;
    for (const [from, to] of [[client, upstream], [upstream, client]] as const) {
      sockets.add(from);
      const pass = (act: () => void): void => {
        if (state === 'hold') return void held.push(act);
        broken ||= state === 'lose';
        if (!broken) act();
      };
      from.on('data', (chunk) => pass(() => to.write(chunk)));
      from.on('error', () => undefined);
      from.on('close', () => {
        sockets.delete(from);
        pass(() => to.end());
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `nats://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut: (how) => void (state = how),
    mend: () => {
      state = 'whole';
      for (const act of held.splice(0)) act();
    },
    get held() {
      return held.length;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
