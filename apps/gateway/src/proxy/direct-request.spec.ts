import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { eventually } from '@latchkey/testing';
import { DirectRequest } from './direct-request.ts';
import { readBody } from './read-body.ts';

const head = (more: string): string => `POST / HTTP/1.1\r\nHost: gateway.test\r\n${more}\r\n\r\n`;
const whole = (body: string): string => head(`Content-Length: ${Buffer.byteLength(body)}`) + body;

interface Taken {
  request: DirectRequest;
  how: 'direct' | 'stream';
  body: string;
}

describe('the body of a request', () => {
  const limitBytes = 1000;
  let server: Server;
  let client: Socket;
  let heard = '';
  let taken: Taken[] = [];
  let refused: unknown[] = [];
  /** What is waited for before the body is asked for, as for a credential that nobody here knows. */
  let before: Promise<unknown> | null = null;

  const read = (request: DirectRequest, response: ServerResponse): void => {
    const answer = (status: number, text: string): void => void response.writeHead(status, { 'content-length': text.length }).end(text);
    readBody(request, limitBytes).whenSettled((body) => {
      taken.push({ request, how: request.listenerCount('data') === 0 ? 'direct' : 'stream', body: body.toString() });
      answer(200, String(body.length));
    }, (error) => {
      refused.push(error);
      answer(413, 'no');
    });
  };

  beforeEach(async () => {
    [heard, taken, refused, before] = ['', [], [], null];
    server = createServer({ IncomingMessage: DirectRequest }, (request, response) => {
      if (before === null) read(request, response);
      else void before.then(() => read(request, response));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    client.on('data', (chunk) => (heard += chunk.toString('latin1')));
    await once(client, 'connect');
  });
  afterEach(async () => {
    client.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const answers = (): number => heard.split('HTTP/1.1 ').length - 1;

  it('passes as no stream where it comes after the request was taken, in one piece and in many', async () => {
    client.write(whole('at once'));
    await eventually(() => answers() === 1);
    client.write(head('Content-Length: 9') + 'in ');
    for (const piece of ['pie', 'ces']) {
      await new Promise((resolve) => setImmediate(resolve));
      client.write(piece);
    }
    await eventually(() => answers() === 2);
    client.write(head('Transfer-Encoding: chunked') + '3\r\nin \r\n6\r\nchunks\r\n0\r\n\r\n');
    await eventually(() => answers() === 3);
    client.write(whole(''));
    await eventually(() => answers() === 4);
    expect(taken.map(({ how, body }) => [how, body])).toEqual([['direct', 'at once'], ['direct', 'in pieces'], ['direct', 'in chunks'], ['direct', '']]);
  });

  /** A request that nobody asks for its body until `ask` is called */
  const unasked = async (sent: string): Promise<{ request: DirectRequest; ask: () => void }> => {
    const arrived = once(server, 'request') as Promise<[DirectRequest]>;
    let ask = (): void => undefined;
    before = new Promise<void>((resolve) => (ask = resolve));
    client.write(sent);
    const [request] = await arrived;
    return { request, ask };
  };
  const held = (request: DirectRequest): { heldBytes: number; heldEnd: boolean } => request as never;

  it('is kept where some of it, or all, comes before it is asked for', async () => {
    for (const [sent, rest] of [[whole('already here'), ''], [head('Content-Length: 10') + 'half', ' later']] as const) {
      const { request, ask } = await unasked(sent);
      await eventually(() => held(request).heldBytes > 0);
      const answered = answers();
      ask();
      client.write(rest);
      await eventually(() => answers() === answered + 1);
    }
    expect(taken.map(({ how, body }) => [how, body])).toEqual([['direct', 'already here'], ['direct', 'half later']]);
  });

  it('can be read as a stream, with all that came before, and in one way only', async () => {
    const { request } = await unasked(head('Content-Length: 10') + 'half');
    await eventually(() => held(request).heldBytes > 0);
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    client.write(' later');
    await once(request, 'end');
    expect(Buffer.concat(pieces).toString()).toBe('half later');
    expect(request.takeBody({ onData: () => undefined, onEnd: () => undefined })).toBe(false);
  });

  it('comes no faster than it is asked for', async () => {
    const body = 'x'.repeat(4_000_000);
    const { request } = await unasked(whole(body));
    await eventually(() => request.socket.isPaused());
    expect(held(request).heldBytes).toBeLessThan(500_000);
    let length = 0;
    const ended = new Promise<void>((resolve) => request.takeBody({ onData: (piece) => (length += piece.length), onEnd: resolve }));
    await ended;
    expect(length).toBe(body.length);
  });

  it('is thrown away where nobody asks for it, and its connection serves the next request', async () => {
    server.removeAllListeners('request').once('request', (_request, response: ServerResponse) => {
      setImmediate(() => response.writeHead(200, { 'content-length': 0 }).end());
    });
    client.write(whole('for nobody'));
    await eventually(() => answers() === 1);
    server.on('request', read);
    client.write(whole('next'));
    await eventually(() => answers() === 2);
    expect(taken.map(({ body }) => body)).toEqual(['next']);
  });

  it('is not held when it was answered, nor is its request', async () => {
    client.write(whole('over'));
    await eventually(() => answers() === 1);
    const [{ request }] = taken as [Taken];
    // Nor thrown away as what nobody has read, which is done by reading it as a stream.
    expect([request.readableEnded, request.complete, request.readableFlowing]).toEqual([true, true, null]);
    const { parser } = request.socket as Socket & { parser: { incoming: unknown } };
    await eventually(() => parser.incoming === null);
  });

  it('is thrown away where it is too long, and its connection serves the next request', async () => {
    client.write(head(`Transfer-Encoding: chunked`) + `${(2 * limitBytes).toString(16)}\r\n${'x'.repeat(2 * limitBytes)}\r\n`);
    await eventually(() => answers() === 1);
    expect(refused).toMatchObject([{ code: 'body_too_large' }]);
    client.write(`5\r\nmore!\r\n0\r\n\r\n${whole('next')}`);
    await eventually(() => answers() === 2);
    expect(taken.map(({ body }) => body)).toEqual(['next']);
  });

  it('ends with its caller, once', async () => {
    client.write(head('Content-Length: 100') + 'half of it');
    await once(server, 'request');
    client.destroy();
    await eventually(() => refused.length > 0);
    expect([refused.map(String), taken]).toEqual([[expect.stringContaining('left')], []]);
  });
});
