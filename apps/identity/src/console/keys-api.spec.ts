import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readIdentityEnv } from '../env.ts';
import type { IssueConsoleToken } from '../tokens/issue-console-token.ts';
import { KeysApi } from './keys-api.ts';
import { ManagementApi } from './management-api.ts';

describe('KeysApi', () => {
  let server: Server;
  let seen: IncomingMessage | undefined;
  let answer: { status: number; body: string };
  let api: KeysApi;
  const owner = { userId: 'u1', org: 'acme' };

  beforeAll(async () => {
    server = createServer((request, response) => {
      seen = request;
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const env = readIdentityEnv({
      LATCHKEY_ISSUER: 'https://id.example', LATCHKEY_GATEWAY_URL: 'https://gate.example', DATABASE_URL: 'postgres://unused',
      LATCHKEY_GATEWAY_INTERNAL_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      LATCHKEY_MASTER_KEY: Buffer.alloc(32, 1).toString('base64'),
    });
    api = new KeysApi(new ManagementApi({ run: (_owner, scopes) => Promise.resolve(`token-for-${scopes.join('+')}`) } as IssueConsoleToken, env));
  });
  afterAll(() => server.close());

  it('goes the inner way under the public name, with a token for just this', async () => {
    answer = { status: 200, body: '{"items":[],"nextCursor":null}' };
    expect(await api.list(owner)).toEqual([]);
    expect(seen?.headers).toMatchObject({ host: 'gate.example', authorization: 'Bearer token-for-keys:read' });
    expect(seen?.url).toBe('/v1/pats?org=acme&owner=u1&limit=100');
  });

  it.each([
    [400, '{"type":"about:blank","title":"x","status":400,"detail":"name: too short"}', { code: 'invalid_request', detail: 'name: too short' }],
    [403, '{"type":"about:blank","title":"x","status":403}', { code: 'insufficient_role' }],
    [404, '{"type":"about:blank","title":"x","status":404}', { code: 'not_found' }],
    [401, '{"type":"about:blank","title":"x","status":401}', { code: 'upstream_unavailable', status: 503 }],
    [502, '<html>', { code: 'upstream_unavailable', status: 503 }],
    [200, '{"unexpected":true}', { code: 'upstream_unavailable', status: 503 }],
  ])('turns %i into what a person can be told', async (status, body, problem) => {
    answer = { status, body };
    await expect(api.list(owner)).rejects.toMatchObject(problem);
  });

  it('lets no id climb out of its path', async () => {
    answer = { status: 404, body: '{"type":"about:blank","title":"x","status":404}' };
    await expect(api.revoke(owner, '../servers/demo')).rejects.toMatchObject({ code: 'not_found' });
    expect(seen?.url).toBe('/v1/pats/..%2Fservers%2Fdemo');
  });
});
