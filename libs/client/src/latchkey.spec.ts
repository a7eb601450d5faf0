import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { operations, pathParameters, type Operation } from '@latchkey/contracts/openapi';
import { verifies } from '@latchkey/testing';
import { rotateOldKeys, whoCalls, withBuildKey } from './examples/index.ts';
import { requestParts } from './http-transport.ts';
import { Latchkey, LatchkeyError } from './index.ts';
import { waitMs } from './retries.ts';

const credential = 'lk_svc_AAAAAAAA_secret';
const problem = (status: number, code: string, more: object = {}) => ({ status, type: 'application/problem+json', body: { type: 'x', title: code, status, code, requestId: 'req-1', ...more } });

interface Given {
  status: number;
  type?: string;
  headers?: Record<string, string>;
  body: unknown;
}

describe('the client', () => {
  let server: Server;
  let url: string;
  let received: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[] = [];
  let answers: (Given | 'hang' | 'cut')[] = [];
  beforeAll(async () => {
    server = createServer((request: IncomingMessage, response: ServerResponse) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part)).on('end', () => {
        received.push({ method: request.method!, url: request.url!, headers: request.headers, body: Buffer.concat(parts).toString() });
        const next = answers.shift() ?? { status: 200, body: {} };
        if (next === 'hang') return;
        if (next === 'cut') return void request.socket.destroy();
        response.writeHead(next.status, { 'content-type': next.type ?? 'application/json', ...next.headers }).end(typeof next.body === 'string' ? next.body : JSON.stringify(next.body));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const client = (more: object = {}) => new Latchkey({ url: `${url}/`, credential, ...more });
  const given = (...list: typeof answers) => {
    received = [];
    answers = list;
  };
  const now = { 'retry-after': '0' };

  verifies('K13', 'sends what the operation says, where it says, with the credential', async () => {
    given({ status: 201, body: { id: 'x', token: 't', consistency: 'feed.keys.pat.x@1' } }, { status: 200, body: { items: [], nextCursor: null } });
    const latchkey = client();
    await latchkey.keys.rotate('a/b?c', { graceSeconds: 60 });
    await latchkey.call('listPats', { status: 'active', limit: 5, unusedSince: '2026-01-01T00:00:00Z' });
    expect(received).toMatchObject([
      { method: 'POST', url: '/v1/pats/a%2Fb%3Fc/rotate', body: '{"graceSeconds":60}', headers: { authorization: `Bearer ${credential}`, 'idempotency-key': expect.stringMatching(/^[0-9a-f-]{36}$/) as string } },
      // Whoever was told of a change is not judged on what was before it.
      { method: 'GET', url: '/v1/pats?status=active&limit=5&unusedSince=2026-01-01T00%3A00%3A00Z', body: '', headers: { 'x-consistency': 'feed.keys.pat.x@1' } },
    ]);
    expect(received[0]?.headers['x-consistency']).toBeUndefined();
  });

  verifies('K13', 'a mint whose answer was lost is asked for again under its name, and a refusal with its wait is waited out', async () => {
    given('cut', { ...problem(503, 'state_stale'), headers: now }, { ...problem(429, 'rate_limited'), headers: now }, { status: 201, body: { id: 'x', token: 't' } });
    const minted = await client().keys.mint({ name: 'x', org: 'acme', scopes: ['mcp:read'], expiresIn: '7d' });
    expect(minted.token).toBe('t');
    expect(received).toHaveLength(4);
    expect(new Set(received.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
    given({ status: 201, body: { id: 'x' } });
    await client().keys.mint({ name: 'x', org: 'acme', scopes: ['mcp:read'], expiresIn: '7d' }, { idempotencyKey: 'mine' });
    expect(received[0]?.headers['idempotency-key']).toBe('mine');
  });

  verifies('K13', 'what may have been done is not done twice, and what was refused is not asked again', async () => {
    const create = () => client().call('createWebhookEndpoint', { url: 'https://example.com/x', events: ['*'] });
    given({ ...problem(503, 'state_stale'), headers: now });
    await expect(create()).rejects.toMatchObject({ code: 'state_stale', status: 503, retryAfterSeconds: 0 });
    expect(received).toHaveLength(1);
    // It was refused before anything was done.
    given({ ...problem(429, 'rate_limited'), headers: now }, { status: 201, body: { id: 'x' } });
    await create();
    expect(received).toHaveLength(2);
    given(problem(403, 'insufficient_role', { detail: 'Your role does not carry this.' }));
    await expect(client().keys.revoke('Ab3dEf9h')).rejects.toMatchObject({ code: 'insufficient_role', message: 'Your role does not carry this.', requestId: 'req-1' });
    expect(received).toHaveLength(1);
  });

  it('waits longer each time, not at once with all the others, and never past the last try', () => {
    const late = new LatchkeyError('unreachable', '', null);
    const waits = [0, 1, 2, 10].map((attempt) => waitMs(operations.listPats, late, attempt, 1));
    expect(waits).toEqual([200, 400, 800, 5000]);
    expect(waitMs(operations.listPats, late, 0, 0)).toBe(100);
    expect(waitMs(operations.listPats, new LatchkeyError('rate_limited', '', 429, {}, 7), 0, 1)).toBe(7000);
    expect(waitMs(operations.verifyPat, late, 0, 1)).toBe(200);
    expect(waitMs(operations.createWebhookEndpoint, late, 0, 1)).toBeNull();
    expect(waitMs(operations.listPats, new LatchkeyError('unexpected_answer', '', 200), 0, 1)).toBeNull();
  });

  verifies('K13', 'a list is gone through page after page, as far as one looks', async () => {
    const page = (from: number, nextCursor: string | null) => ({ status: 200, body: { items: [{ id: `${from}` }, { id: `${from + 1}` }], nextCursor } });
    given(page(1, 'two'), page(3, 'three'), page(5, null));
    const ids: string[] = [];
    for await (const { id } of client().keys.list({ owner: 'ann' })) ids.push(id);
    expect(ids).toEqual(['1', '2', '3', '4', '5', '6']);
    expect(received.map((request) => request.url)).toEqual(['/v1/pats?owner=ann', '/v1/pats?owner=ann&cursor=two', '/v1/pats?owner=ann&cursor=three']);
    given(page(1, 'two'), page(3, null));
    for await (const { id } of client().keys.list()) if (id === '1') break;
    expect(received).toHaveLength(1);
  });

  verifies('K13', 'errors say what happened by a code, and hold no credential', async () => {
    const failure = async (latchkey: Latchkey): Promise<LatchkeyError> => latchkey.keys.show('x').then(() => { throw new Error('it did not fail'); }, (error: LatchkeyError) => error);
    for (const [answer, code] of [[{ status: 200, type: 'text/html', body: '<p>' }, 'unexpected_answer'], [{ status: 302, headers: { location: 'https://evil.example/' }, body: '' }, 'unreachable'], [{ status: 500, body: '' }, 'internal']] as const) {
      given(answer as Given);
      const error = await failure(client({ retries: 0 }));
      expect([code, error.code, error instanceof LatchkeyError]).toEqual([code, code, true]);
      expect(`${error.stack ?? ''}${JSON.stringify(error)}`).not.toContain(credential);
    }
    given('hang');
    expect(await failure(client({ timeoutMs: 100 }))).toMatchObject({ code: 'timeout', status: null });
    const closed = new Latchkey({ url: 'http://127.0.0.1:1', credential, retries: 1 });
    expect(await failure(closed)).toMatchObject({ code: 'unreachable' });
    const giveUp = new AbortController();
    given('hang');
    const asked = client().keys.show('x', { signal: giveUp.signal });
    giveUp.abort(new Error('the user left'));
    await expect(asked).rejects.toThrow('the user left');
  });

  it('has one place for every part of every call, and refuses what has none', () => {
    for (const operation of Object.values(operations) as Operation[]) {
      const members = [...Object.keys(operation.query?.shape ?? {}), ...Object.keys((operation.body as { shape?: object } | undefined)?.shape ?? {})];
      expect([operation.path, members.filter((member) => pathParameters(operation.path).includes(member))]).toEqual([operation.path, []]);
      expect([operation.path, operation.query !== undefined && operation.body !== undefined]).toEqual([operation.path, false]);
    }
    for (const id of ['', '.', '..', 7, undefined]) expect(() => requestParts(operations.showPat, { id })).toThrow(/id is needed/);
    expect(() => requestParts(operations.showPat, { id: 'x', extra: 1 })).toThrow(/extra/);
    expect(requestParts(operations.revokePat, { id: 'x', reason: undefined })).toEqual({ path: '/v1/pats/x', body: {} });
  });

  verifies('K13', 'the examples do what they say', async () => {
    const latchkey = client({ retries: 0 });
    given({ status: 200, body: { valid: true, code: null, principal: { owner: 'ann' } } }, { status: 200, body: { valid: false, code: 'token_expired' } });
    expect([await whoCalls(latchkey, 'Bearer lk_pat_x'), await whoCalls(latchkey, 'Bearer lk_pat_y'), await whoCalls(latchkey, undefined)]).toEqual(['ann', null, null]);

    given({ status: 201, body: { id: 'k1', token: 'secret' } }, { status: 200, body: { id: 'k1' } });
    await expect(withBuildKey(latchkey, 'acme', 'prod', 'demo', (token) => Promise.reject(new Error(`failed with ${token}`)))).rejects.toThrow('failed with secret');
    expect(received.map(({ method, url: at }) => `${method} ${at}`)).toEqual(['POST /v1/pats', 'DELETE /v1/pats/k1']);

    const handed: string[] = [];
    given({ status: 200, body: { items: [{ id: 'a', name: 'A' }, { id: 'b', name: 'B', replacedBy: 'z' }, { id: 'c', name: 'C' }], nextCursor: null } }, { status: 201, body: { id: 'a2', token: 'ta' } }, problem(409, 'conflict'));
    expect(await rotateOldKeys(latchkey, (name, token) => Promise.resolve(void handed.push(`${name} ${token}`)))).toEqual(['a2']);
    expect(handed).toEqual(['A ta']);
  });
});

/** Held by the compiler. */
export async function typed(latchkey: Latchkey): Promise<void> {
  const { token, consistency } = await latchkey.keys.mint({ name: 'x', org: 'acme', scopes: ['mcp:read'], expiresIn: '7d' });
  const texts: string[] = [token, consistency];
  // @ts-expect-error a scope that there is none of
  await latchkey.keys.mint({ name: 'x', org: 'acme', scopes: ['everything'], expiresIn: '7d' });
  // @ts-expect-error the id is missing
  await latchkey.call('showWebhookDelivery', { id: texts.join() });
  const { items } = await latchkey.call('listServers', { project: 'prod' });
  texts.push(...items.map(({ resource }) => resource));
  // @ts-expect-error not a list
  for await (const _ of latchkey.items('showPat', { id: 'x' })) break;
}
