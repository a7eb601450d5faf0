import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WallClock } from '@latchkey/clock';
import { Problem } from '@latchkey/problem';
import { createLogger } from '@latchkey/telemetry';
import { verifies } from '@latchkey/testing';
import fastify, { type FastifyInstance } from 'fastify';
import { readIdentityEnv } from '../../env.ts';
import type { FindRole } from '../../organizations/find-role.ts';
import type { FindDemand } from '../../sign-ins/find-demand.ts';
import type { IssueConsoleToken } from '../../tokens/issue-console-token.ts';
import { ManagementApi } from '../management-api.ts';
import { ConsoleApiLimit } from './console-api-limit.ts';
import { ForwardToApi, type SignedIn } from './forward-to-api.ts';

/** A hundredth of a second before the next one. */
class LateClock extends WallClock {
  override nowMs(): number {
    return 1_700_000_000_990;
  }
}

describe('a request of the console to the management API', () => {
  let gateway: Server;
  let app: FastifyInstance;
  let answers: { status: number; body: string }[];
  let seen: { request: IncomingMessage; body: string }[];
  let signedIn: () => boolean;
  let member: () => boolean;
  let tokens: number;
  const refusal = (code: string) => ({ status: 401, body: JSON.stringify({ status: 401, code }) });
  const good = { status: 200, body: '{"items":[]}' };

  beforeAll(async () => {
    gateway = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (chunk: string) => { body += chunk; }).on('end', () => {
        seen.push({ request, body });
        const answer = answers.shift() ?? good;
        response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
      });
    }).listen(0, '127.0.0.1');
    await once(gateway, 'listening');
    const env = readIdentityEnv({
      LATCHKEY_ISSUER: 'https://id.example', LATCHKEY_GATEWAY_URL: 'https://gate.example', DATABASE_URL: 'postgres://unused',
      LATCHKEY_GATEWAY_INTERNAL_URL: `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`,
      LATCHKEY_MASTER_KEY: Buffer.alloc(32, 1).toString('base64'),
    });
    const issue = { run: () => Promise.resolve(`token ${(tokens += 1)}`) } as unknown as IssueConsoleToken;
    const findRole = { inOrg: () => Promise.resolve(member() ? {} : null) } as unknown as FindRole;
    const findDemand = { of: () => Promise.resolve(null) } as unknown as FindDemand;
    const forward = new ForwardToApi(new ManagementApi(issue, env), findRole, findDemand, new ConsoleApiLimit(undefined), new LateClock(), createLogger('identity', 'silent'));
    const person = { user: { id: 'u1' }, facts: {} } as SignedIn;
    const again = () => (signedIn() ? Promise.resolve(person) : Promise.reject(new Problem('token_missing')));
    app = fastify();
    app.setErrorHandler((error, _request, reply) => reply.status(error instanceof Problem ? error.status : 500).send({ code: error instanceof Problem ? error.code : 'unknown' }));
    app.post('/ask', async (_request, reply) => {
      await forward.run(person, { method: 'POST', path: '/v1/pats', org: 'acme', body: { name: 'CI' }, idempotencyKey: 'once' }, reply, again);
      return reply;
    });
  });
  beforeEach(() => {
    [answers, seen, tokens, signedIn, member] = [[], [], 0, () => true, () => true];
  });
  afterAll(async () => {
    await app.close();
    gateway.closeAllConnections();
    gateway.close();
  });
  const ask = async () => {
    const { statusCode, payload } = await app.inject({ method: 'POST', url: '/ask' });
    return [statusCode, JSON.parse(payload) as unknown];
  };

  verifies(['O1', 'GW-25'], 'is made once more, with another token, where the first tied with a revocation that the session outlives', async () => {
    answers = [refusal('token_revoked')];
    expect(await ask()).toEqual([200, { items: [] }]);
    expect(seen.map(({ request, body }) => [request.headers.authorization, request.headers['idempotency-key'], body])).toEqual([
      ['Bearer token 1', 'once', '{"name":"CI"}'], ['Bearer token 2', 'once', '{"name":"CI"}'],
    ]);
  });

  verifies('GW-25', 'is not made again for whoever is not signed in any more, or no member', async () => {
    answers = [refusal('token_revoked')];
    signedIn = () => false;
    expect(await ask()).toEqual([401, { code: 'token_missing' }]);
    answers = [refusal('token_revoked')];
    [signedIn, member] = [() => true, () => seen.length < 2];
    expect(await ask()).toEqual([404, { code: 'not_found' }]);
    expect(seen).toHaveLength(2);
  });

  it('is made twice at most, and once where the refusal is another', async () => {
    answers = [refusal('token_revoked'), refusal('token_revoked')];
    expect(await ask()).toEqual([401, { status: 401, code: 'token_revoked' }]);
    for (const other of [refusal('token_expired'), { status: 401, body: '"token_revoked"' }, { status: 403, body: JSON.stringify({ code: 'token_revoked' }) }]) {
      answers = [other];
      expect(await ask()).toEqual([other.status, JSON.parse(other.body)]);
    }
    expect(seen).toHaveLength(5);
  });
});
