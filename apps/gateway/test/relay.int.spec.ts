import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually, verifies } from '@latchkey/testing';
import { SystemMonotonicClock, SystemWallClock } from '@latchkey/clock';
import { Relay } from '../src/forward/relay.ts';
import { Exchange } from '../src/proxy/exchange.ts';
import { ClientGone } from '../src/proxy/render-refusal.ts';
import { upstreamConnector } from '../src/upstreams/address-guard.ts';
import { createUpstream, type Upstream } from '../src/upstreams/upstream.ts';
import { UpstreamHealth } from '../src/upstreams/upstream-health.ts';
import { open, pieces } from './support/send.ts';
import { startUpstream, type TestUpstream } from './support/upstream.ts';

describe('Relay', () => {
  let upstream: TestUpstream;
  let target: Upstream;
  let url: string;
  let late: (request: IncomingMessage, response: ServerResponse) => void = () => undefined;
  let refused: unknown;
  /** Headers of whatever is answered last */
  let told: readonly unknown[] = [];
  const sealSession = (_exchange: Exchange, upstreamId: string): null => {
    if (upstreamId === 'odd') throw new Error('it cannot be sealed');
    return null;
  };
  const carry = (request: IncomingMessage, response: ServerResponse, path: string, answerMs: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const parts = { times: { streamIdleMs: 60_000, keepAliveMs: 40 }, sealSession, watch: () => ({ forget: () => undefined }) };
      const done = (error: Error | null): void => (error === null ? resolve() : reject(error));
      const exchange = new Exchange(request, response, 'r', 0);
      told = exchange.told;
      new Relay(parts, { exchange, upstream: target, answerMs, rewrite: null, presented: true, canWiden: false, done }).start({ path, method: 'GET' });
    });
  const front = createServer((request, response) => {
    if (request.url === '/late') return late(request, response);
    // Patience only where it is not what is waited for.
    carry(request, response, request.url ?? '/', request.url === '/stops' ? 200 : 30_000).catch((error: unknown) => {
      refused = error;
      if (!response.headersSent) response.writeHead(502).end();
    });
  });

  beforeAll(async () => {
    upstream = await startUpstream();
    target = createUpstream({ name: 'demo', url: upstream.origin, audience: 'x', connect: upstreamConnector(true), health: new UpstreamHealth(new SystemMonotonicClock(), new SystemWallClock()) });
    await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(front.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    front.closeAllConnections();
    await new Promise((resolve) => front.close(resolve));
    await target.pool.destroy();
    await upstream.close();
  });

  verifies('GW-60', 'a silent event stream gets comments, and never one inside a line', async () => {
    const held = new Map<string, ServerResponse>();
    upstream.handle = ({ response, url: path }) => {
      held.set(path, response);
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(path === '/half' ? 'data: {"half":' : 'data: 1\n\n');
    };
    const half = await open(`${url}/half`, { method: 'GET' });
    const reader = pieces(half.response);
    expect(await reader.next()).toBe('data: {"half":');
    // A second stream, begun later, shows how many comments were due meanwhile.
    const whole = await open(`${url}/whole`, { method: 'GET' });
    const other = pieces(whole.response);
    await eventually(() => other.all().split(': keep-alive\n').length > 3);
    expect(reader.all()).toBe('data: {"half":');
    held.get('/half')?.write('1}\n\n');
    await eventually(() => reader.all().split(': keep-alive\n').length > 2);
    expect(reader.all()).toMatch(/^data: \{"half":1\}\n\n(?:: keep-alive\n)+$/);
    half.abort();
    whole.abort();
  });

  it('an answer that stops in the middle is cut, not waited for', async () => {
    upstream.handle = ({ response }) => void response.writeHead(200, { 'content-type': 'application/json', 'content-length': '10000' }).write('{');
    const { response } = await open(`${url}/stops`, { method: 'GET' });
    const reader = pieces(response);
    expect(await reader.next()).toBe('{');
    expect(await reader.next()).toBeNull();
    expect(response.complete).toBe(false);
  });

  it.each([
    ['stops', 'upstream_timeout', () => undefined],
    ['breaks off', 'upstream_unavailable', (response: ServerResponse) => setImmediate(() => response.destroy())],
  ])('a short answer that %s in the middle is a failure that can be told: nothing of it was said', async (_how, code, then) => {
    upstream.handle = ({ response }) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100', 'x-of-it': '1' }).write('{', () => then(response));
    };
    const answer = await fetch(`${url}/stops`);
    expect([answer.status, answer.headers.get('x-of-it'), await answer.text()]).toEqual([502, null, '']);
    expect(refused).toMatchObject({ code });
  });

  it.each([
    ['short answer', 'text/plain', 'x'],
    ['long answer', 'text/plain', 'x'.repeat(10_000)],
    ['stream', 'text/event-stream', 'data: 1\n\n'],
  ])('a %s that cannot be passed on is a failure, and nothing of it is told', async (_what, type, text) => {
    upstream.handle = ({ response }) => void response.writeHead(200, { 'content-type': type, 'content-length': text.length, 'mcp-session-id': 'odd', 'x-of-it': '1' }).end(text);
    const answer = await fetch(`${url}/odd`);
    expect([answer.status, answer.headers.get('x-of-it'), await answer.text()]).toEqual([502, null, '']);
    expect(refused).toMatchObject({ code: 'upstream_unavailable' });
    expect(told).toEqual(['x-request-id', 'r']);
  });

  it('a short answer goes out whole, in however many pieces it comes', async () => {
    upstream.handle = ({ response }) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '16' }).write('{"text":"\u00e4', () => setImmediate(() => response.end('\u20ac"}')));
    };
    const answer = await fetch(`${url}/pieces`);
    expect([answer.headers.get('content-length'), await answer.json()]).toEqual(['16', { text: '\u00e4\u20ac' }]);
  });

  it('a caller who left before it began is noticed, and the upstream is not asked', async () => {
    upstream.received.splice(0);
    const outcome = new Promise<unknown>((resolve) => {
      late = (request, response) => {
        response.once('close', () => {
          carry(request, response, '/', 60_000).then(() => resolve('done'), resolve);
        });
        response.destroy();
      };
    });
    await expect(open(`${url}/late`, { method: 'GET' })).rejects.toThrow();
    expect(await outcome).toBeInstanceOf(ClientGone);
    expect(upstream.received).toHaveLength(0);
  });

  it('early hints and an answer without a body are no trouble', async () => {
    upstream.handle = ({ response }) => {
      response.writeEarlyHints({ link: '</a.css>; rel=preload' });
      response.writeHead(204).end();
    };
    const { response } = await open(url, { method: 'GET' });
    expect(response.statusCode).toBe(204);
    response.resume();
  });

  verifies('GW-60', 'what comes in one piece arrives to the byte, whatever the bytes are and however many', async () => {
    const every = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    for (const length of [1, 256, 8191, 8192, 8193, 20_000]) {
      const body = Buffer.alloc(length, every);
      upstream.handle = ({ response }) => void response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': String(length) }).end(body);
      const { response } = await open(url, { method: 'GET' });
      const arrived: Buffer[] = [];
      for await (const piece of response) arrived.push(piece as Buffer);
      expect(response.headers['content-length']).toBe(String(length));
      expect(Buffer.concat(arrived).equals(body)).toBe(true);
    }
  });
});
