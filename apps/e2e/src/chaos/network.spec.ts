import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { eventually } from '@latchkey/testing';
import { Network } from './network.ts';

describe('Network', () => {
  let echo: Server;
  let network: Network;
  let client: Socket;
  let heard = '';

  async function join(): Promise<void> {
    heard = '';
    client = connect(Number(new URL(network.url).port), '127.0.0.1');
    client.on('error', () => undefined);
    client.on('data', (chunk) => (heard += String(chunk)));
    await once(client, 'connect');
  }

  beforeEach(async () => {
    echo = createServer((socket) => socket.on('error', () => undefined).pipe(socket)).listen(0, '127.0.0.1');
    await once(echo, 'listening');
    network = await Network.to(`nats://127.0.0.1:${(echo.address() as AddressInfo).port}`);
    await join();
  });
  afterEach(async () => {
    client.destroy();
    await network.close();
    echo.close();
  });

  it('passes what it is given', async () => {
    client.write('hello');
    await eventually(() => heard === 'hello');
  });

  it('holds back, and delivers late and in order', async () => {
    client.write('a');
    await eventually(() => heard === 'a');
    network.hold();
    client.write('b');
    client.write('c');
    network.delay(50);
    // Somebody else gets through to the server itself, so time has passed for ours too.
    const other = connect((echo.address() as AddressInfo).port, '127.0.0.1');
    other.write('x');
    await once(other, 'data');
    other.destroy();
    expect(heard).toBe('a');
    network.mend();
    await eventually(() => heard === 'abc');
  });

  it('delays in both directions, and keeps the order when the delay ends', async () => {
    network.delay(100);
    const sinceMs = performance.now();
    client.write('slow');
    await eventually(() => heard === 'slow');
    expect(performance.now() - sinceMs).toBeGreaterThan(199);
    client.write('1');
    network.mend();
    client.write('2');
    await eventually(() => heard === 'slow12');
  });

  it('breaks connections when it is cut, new ones too, until it is mended', async () => {
    const closed = once(client, 'close');
    network.cut();
    await closed;
    await join();
    await once(client, 'close');
    network.mend();
    await join();
    client.write('again');
    await eventually(() => heard === 'again');
  });
});
