import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { bodyLimitBytes, readBody } from './read-body.ts';

describe('readBody', () => {
  let server: Server;
  let outcomes: Promise<string>[];
  const port = (): number => (server.address() as AddressInfo).port;
  const post = async (body?: string): Promise<string> => (await fetch(`http://127.0.0.1:${port()}/`, { method: 'POST', ...(body === undefined ? {} : { body }) })).text();

  beforeEach(async () => {
    outcomes = [];
    server = createServer((request, response) => {
      const outcome = readBody(request).then((body) => (body === null ? 'too large' : body.toString()), (error: Error) => error.message);
      outcomes.push(outcome);
      void outcome.then((text) => response.end(text));
      server.emit('asked');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => void server.close());

  it('gives what came, whole, and nothing where nothing was announced', async () => {
    expect([await post('a=b'), await post('x'.repeat(bodyLimitBytes)), await post('')]).toEqual(['a=b', 'x'.repeat(bodyLimitBytes), '']);
  });

  it('says of too much that it is, and the client gets to the answer', async () => {
    expect(await post('x'.repeat(bodyLimitBytes + 1))).toBe('too large');
    expect(await post('x'.repeat(5_000_000))).toBe('too large');
  });

  it('fails where the client leaves half-way', async () => {
    const asked = once(server, 'asked');
    const socket = connect(port(), '127.0.0.1');
    socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf');
    await asked;
    socket.destroy();
    expect(await outcomes[0]).toMatch(/aborted|left before/);
  });
});
