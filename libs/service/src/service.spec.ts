import { request } from 'node:http';
import { Body, Controller, Get, Module, NotFoundException, Param, Post } from '@nestjs/common';
import { Problem } from '@latchkey/problem';
import { createLogger } from '@latchkey/telemetry';
import { startService, type RunningService } from './service.ts';

@Controller()
class Probe {
  @Get('refused')
  refused(): never {
    throw new Problem('rate_limited', { detail: 'Slow down.', headers: { 'retry-after': '7' } });
  }

  @Get('broken')
  broken(): never {
    throw new Error('the password is hunter2');
  }

  @Get('absent')
  absent(): never {
    throw new NotFoundException();
  }

  @Get('closed/:token')
  closed(): never {
    throw new Problem('insufficient_role');
  }

  @Get('named/:name')
  named(@Param('name') name: string): string {
    return name;
  }

  @Post(['echo', 'v1/echo', 'console/api/v1/echo', 'console/echo', 'interaction/:uid/echo'])
  echo(@Body() body: unknown): unknown {
    return body;
  }
}
@Module({ controllers: [Probe] })
class ProbeModule {}

describe('startService', () => {
  const lines: string[] = [];
  let service: RunningService;
  let ready = false;
  const start = (port: number) =>
    startService({
      name: 'probe',
      module: { module: ProbeModule },
      host: '127.0.0.1',
      port,
      portVariable: 'LATCHKEY_PROBE_PORT',
      logger: createLogger('probe', 'info', { write: (line) => void lines.push(line) }),
      rawHandler: () => (request, response) => request.url === '/raw' && Boolean(response.end('raw')),
      checkReady: () => {
        if (!ready) throw new Error('the feed has not caught up');
      },
    });
  const get = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${service.port}${path}`, init);

  beforeAll(async () => {
    service = await start(0);
  });
  afterAll(() => service.close());

  it('tells alive from ready, with the reason', async () => {
    expect((await get('/healthz')).status).toBe(200);
    const before = await get('/readyz');
    expect([before.status, await before.json()]).toEqual([503, { status: 'not ready', reason: 'the feed has not caught up' }]);
    ready = true;
    expect((await get('/readyz')).status).toBe(200);
  });

  it('renders a problem with its headers and the request id that came in', async () => {
    const response = await get('/refused?token=secret', { headers: { 'x-request-id': 'req-7' } });
    expect(response.status).toBe(429);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(response.headers.get('retry-after')).toBe('7');
    expect(response.headers.get('x-request-id')).toBe('req-7');
    expect(await response.json()).toMatchObject({ code: 'rate_limited', detail: 'Slow down.', instance: '/refused', requestId: 'req-7' });
  });

  it.each(['//mcp/x/lk_pat_secret', '/MCP/x/lk_pat_secret', '/lk_pat_secret', '/mcp/x/lk_pat_secret?key=lk_pat_secret', '/%E0%A4%A/lk_pat_secret', `/named/lk_pat_secret${'x'.repeat(500)}`, 'http://elsewhere.example/lk_pat_secret'])(
    'says nothing of a path that leads nowhere: %s', async (path) => {
      const { status, text } = await new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
        request({ host: '127.0.0.1', port: service.port, method: 'POST', path, headers: { 'x-request-id': 'req-8' } }, (response) => {
          let body = '';
          response.on('data', (chunk: Buffer) => (body += chunk.toString())).on('end', () => resolve({ status: response.statusCode, text: body }));
        }).on('error', reject).end();
      });
      expect(status).toBeGreaterThanOrEqual(400);
      expect(text).not.toContain('lk_pat_secret');
      expect(JSON.parse(text)).toMatchObject({ instance: 'urn:request:req-8', detail: expect.any(String) as string });
    },
  );

  it('names the route of what it refuses, without what a caller put into the path', async () => {
    expect(await (await get('/closed/lk_pat_secret')).json()).toMatchObject({ code: 'insufficient_role', instance: '/closed/{token}', detail: expect.any(String) as string });
    const broken = await get('/broken', { headers: { 'x-request-id': 'req-9' } });
    expect(await broken.json()).toEqual({ type: 'about:blank', title: 'Internal error', status: 500, detail: expect.any(String) as string, instance: '/broken', requestId: 'req-9' });
  });

  it('replaces a request id that could break a log line', async () => {
    const response = await get('/refused', { headers: { 'x-request-id': 'a b"c' } });
    expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f]{32}$/);
  });

  it('keeps the words of an unknown error for the log', async () => {
    const response = await get('/broken');
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('hunter2');
    expect(lines.some((line) => line.includes('request failed'))).toBe(true);
  });

  it.each([
    ['an unknown path', '/nowhere', undefined, 404, 'not_found'],
    ['malformed JSON', '/echo', { method: 'POST', body: '{', headers: { 'content-type': 'application/json' } }, 400, 'invalid_request'],
    ['a foreign content type', '/echo', { method: 'POST', body: 'x', headers: { 'content-type': 'text/x-odd' } }, 415, 'invalid_request'],
    ['a body over the cap', '/echo', { method: 'POST', body: JSON.stringify('x'.repeat(2 ** 21)), headers: { 'content-type': 'application/json' } }, 413, 'body_too_large'],
    ['a path that cannot be decoded', '/%E0%A4%A', undefined, 400, 'invalid_request'],
    ['a path parameter that is too long', `/named/${'x'.repeat(500)}`, undefined, 414, 'invalid_request'],
  ] as const)('answers %s in the contract’s form', async (_name, path, init, status, code) => {
    const response = await get(path, init);
    expect(response.status).toBe(status);
    expect(response.headers.get('x-request-id')).not.toBeNull();
    expect(await response.json()).toMatchObject({ code });
  });

  it('names the methods of a path that is served by others only', async () => {
    const answer = await get('/echo', { method: 'PATCH' });
    expect([answer.status, answer.headers.get('allow'), await answer.json()]).toMatchObject([405, 'POST', { code: 'invalid_request', detail: expect.any(String) as string }]);
    expect((await get('/refused', { method: 'DELETE' })).headers.get('allow')).toBe('GET, HEAD');
    // By what a handler says of something that is not there, nothing is said of methods.
    expect([(await get('/absent')).status, (await get('/absent')).headers.get('allow')]).toEqual([404, null]);
  });

  it('takes forms from its pages, and nothing but JSON where programs call', async () => {
    const post = (path: string, type: string, body: string) => get(path, { method: 'POST', body, headers: { 'content-type': type } });
    const types = ['application/x-www-form-urlencoded', 'Application/X-WWW-Form-Urlencoded;charset=UTF-8', 'text/plain', 'text/plain;charset=utf-8', 'multipart/form-data; boundary=x'];
    for (const path of ['/v1/echo', '/console/api/v1/echo']) {
      for (const type of types) {
        const refused = await post(path, type, type.startsWith('text') ? '{"name":"formy"}' : 'name=formy');
        expect([path, type, refused.status, await refused.json()]).toMatchObject([path, type, 415, { code: 'invalid_request', detail: 'Bodies are taken as JSON here: send them with the content type application/json.' }]);
      }
      expect(await (await post(path, 'application/json; charset=utf-8', '{"name":"json"}')).json()).toEqual({ name: 'json' });
    }
    for (const path of ['/echo', '/console/echo', '/interaction/u-1/echo']) {
      for (const type of types.slice(0, 2)) expect(await (await post(path, type, 'name=a+person')).json()).toEqual({ name: 'a person' });
      expect((await post(path, 'text/plain', 'name=a+person')).status).toBe(415);
    }
    // What is not there is not there, whatever is sent to it.
    expect((await post('/v1/nowhere', 'application/x-www-form-urlencoded', 'a=b')).status).toBe(404);
  });

  it('lets a raw handler take a request before Nest sees it', async () => {
    expect(await (await get('/raw')).text()).toBe('raw');
  });

  it('names the port and its variable when the port is taken', async () => {
    await expect(start(service.port)).rejects.toThrow(`Port ${service.port} is in use. Stop what listens there, or set LATCHKEY_PROBE_PORT to a free port.`);
  });
});
