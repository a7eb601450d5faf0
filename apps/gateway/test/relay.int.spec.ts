import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually, verifies } from '@latchkey/testing';
import { Pool } from 'undici';
import { Relay } from '../src/forward/relay.ts';
import { ClientGone } from '../src/proxy/render-refusal.ts';
import { open, pieces } from './support/send.ts';
import { startUpstream, type TestUpstream } from './support/upstream.ts';

describe('Relay', () => {
  let upstream: TestUpstream;
  let pool: Pool;
  let url: string;
  let late: (response: ServerResponse) => void = () => undefined;
  const front = createServer((request, response) => {
    if (request.url === '/late') return late(response);
    const relay = new Relay({
      response, rewrite: null, presented: true, sealSession: () => null, onOutcome: () => undefined, onStream: () => () => undefined,
      // Patience only where it is not what is waited for.
      times: { answerMs: request.url === '/stops' ? 200 : 30_000, streamIdleMs: 60_000, keepAliveMs: 40 },
    });
    relay.start(pool, { path: request.url ?? '/', method: 'GET' });
    relay.done.catch(() => response.headersSent || response.writeHead(502).end());
  });

  beforeAll(async () => {
    upstream = await startUpstream();
    pool = new Pool(upstream.origin);
    await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(front.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    front.closeAllConnections();
    await new Promise((resolve) => front.close(resolve));
    await pool.destroy();
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
    upstream.handle = ({ response }) => void response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' }).write('{');
    const { response } = await open(`${url}/stops`, { method: 'GET' });
    const reader = pieces(response);
    expect(await reader.next()).toBe('{');
    expect(await reader.next()).toBeNull();
    expect(response.complete).toBe(false);
  });

  it('a caller who left before it began is noticed, and the upstream is not asked', async () => {
    upstream.received.splice(0);
    const outcome = new Promise<unknown>((resolve) => {
      late = (response) => {
        response.once('close', () => {
          const relay = new Relay({ response, rewrite: null, presented: true, sealSession: () => null, onOutcome: () => undefined, onStream: () => () => undefined, times: { answerMs: 60_000, streamIdleMs: 1, keepAliveMs: 1 } });
          relay.start(pool, { path: '/', method: 'GET' });
          relay.done.then(() => resolve('done'), resolve);
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
});
