import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { checkGatewayUrl } from './check-gateway-url.ts';
import { checkIssuer } from './check-issuer.ts';
import { problemsAtStart } from './run-checks.ts';

describe('what other services say of themselves', () => {
  let server: Server;
  let at: string;
  let answer: { status: number; body: string } = { status: 200, body: '{}' };
  beforeAll(async () => {
    server = createServer((_request, response) => void response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body));
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => void server.close());
  const says = (document: unknown, status = 200): void => void (answer = { status, body: JSON.stringify(document) });

  it('an issuer is compared byte for byte', async () => {
    says({ issuer: 'https://id.example' });
    expect(await checkIssuer({ issuer: 'https://id.example', at })).toEqual([]);
    const [problem, ...more] = await checkIssuer({ issuer: 'https://id.example/', at });
    expect([problem, more]).toEqual([expect.stringMatching(/^LATCHKEY_ISSUER: is "https:\/\/id\.example\/" here, and identity calls itself "https:\/\/id\.example": .* Set the same LATCHKEY_ISSUER/), []]);
  });

  it('so is the URL of the gateway', async () => {
    says({ resource: 'https://gw.example/v1' });
    expect(await checkGatewayUrl({ gatewayUrl: 'https://gw.example', at })).toEqual([]);
    expect(await checkGatewayUrl({ gatewayUrl: 'https://other.example', at })).toEqual([expect.stringMatching(/^LATCHKEY_GATEWAY_URL: is "https:\/\/other\.example" here/)]);
  });

  it('a service that is not up, or not ready, is no problem', async () => {
    says({ issuer: 'https://other.example' }, 503);
    expect(await checkIssuer({ issuer: 'https://id.example', at })).toEqual([]);
    says({ keys: [] });
    expect([await checkIssuer({ issuer: 'https://id.example', at }), await checkGatewayUrl({ gatewayUrl: 'https://gw.example', at })]).toEqual([[], []]);
    answer = { status: 200, body: 'starting' };
    expect(await checkIssuer({ issuer: 'https://id.example', at })).toEqual([]);
    expect(await checkIssuer({ issuer: 'https://id.example', at: 'http://127.0.0.1:1' })).toEqual([]);
  });

  it('a clock that differs by more than a minute is one, in both directions', async () => {
    says({ issuer: 'https://id.example' });
    const checkAt = (offsetMs: number) => checkIssuer({ issuer: 'https://id.example', at, nowMs: () => Date.now() + offsetMs });
    expect(await checkAt(50_000)).toEqual([]);
    expect(await checkAt(75_000)).toEqual([expect.stringContaining('ahead of that of identity')]);
    expect(await checkAt(-75_000)).toEqual([expect.stringContaining('behind that of identity')]);
  });
});

describe('problemsAtStart', () => {
  it('lists all of them, and waits for no server where something is wrong already', async () => {
    const waited: number[] = [];
    const check = (problem: string) => (patienceMs: number) => {
      waited.push(patienceMs);
      return Promise.resolve([problem]);
    };
    expect(await problemsAtStart(['a'], [check('b'), check('c'), check('b')], 99)).toEqual(['a', 'b', 'c']);
    expect(await problemsAtStart([], [check('b')], 99)).toEqual(['b']);
    expect(waited).toEqual([0, 0, 0, 99]);
  });
});
