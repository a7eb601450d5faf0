import type { AuditEvent } from '@latchkey/contracts';
import { connectPostgres } from '@latchkey/postgres';
import { eventually, verifies } from '@latchkey/testing';
import { Envelope } from '../src/encryption/envelope.ts';
import { LocalKeyEncryption } from '../src/encryption/local-key-encryption.ts';
import { reencrypt, sealedColumns } from '../src/encryption/reencrypt.ts';
import { ann, bob, eve, KeysFixture, type Answer, type Claims, type Method } from './keys-fixture.ts';
import { isGenuine, WebhookReceiver } from './webhook-receiver.ts';

const admin: Claims = { ...ann, scope: 'keys:write webhooks:write' };
const stranger: Claims = { ...eve, scope: 'keys:write webhooks:write' };
const path = '/v1/webhooks/endpoints';
const env = { LATCHKEY_ALLOW_PRIVATE_UPSTREAMS: 'true', LATCHKEY_WEBHOOK_TIMEOUT_MS: '500' };
const unknownId = '00000000-0000-4000-8000-000000000000';

describe('webhooks out', () => {
  let keys: KeysFixture;
  let receiver: WebhookReceiver;
  beforeAll(async () => {
    [keys, receiver] = await Promise.all([KeysFixture.start({ env }), WebhookReceiver.start()]);
    // Receivers judge the age of a message by their own clock.
    keys.clock.advance(Date.now() - keys.clock.nowMs());
  }, 60_000);
  afterAll(() => Promise.all([keys.stop(), receiver.stop()]));

  let count = 0;
  /** An endpoint at a path of its own. */
  const register = async (events: string[] = ['*'], as = admin): Promise<{ id: string; secret: string; at: string; base: string }> => {
    const at = `/hook-${(count += 1)}`;
    const answer = await keys.call(as, 'POST', path, { url: receiver.url(at), events });
    expect(answer).toMatchObject({ status: 201 });
    return { id: String(answer.body['id']), secret: String(answer.body['secret']), at, base: `${path}/${String(answer.body['id'])}` };
  };
  const remove = (...endpoints: { base: string }[]): Promise<unknown> => Promise.all(endpoints.map(({ base }) => keys.call(admin, 'DELETE', base)));
  const deliveriesOf = async ({ base }: { base: string }): Promise<Record<string, unknown>[]> => (await keys.call(admin, 'GET', `${base}/deliveries`)).body.items;
  const ping = (endpoint: { base: string }): Promise<Answer> => keys.call(admin, 'POST', `${endpoint.base}/ping`);
  /** Moves what waits to now: the clock of the queue is that of Postgres. */
  const hurry = (id: string): Promise<unknown[]> =>
    keys.query("WITH e AS (UPDATE webhook_endpoints SET paused_until = NULL WHERE id = $1) UPDATE webhook_deliveries SET due_at = now() WHERE endpoint_id = $1 AND status = 'pending' AND claim IS NULL", [id]);
  const attempts = async (id: string): Promise<number> => Number((await keys.query<{ n: string }>('SELECT sum(attempts) AS n FROM webhook_deliveries WHERE endpoint_id = $1', [id]))[0]?.n);
  const audited = async (action: string): Promise<AuditEvent[]> =>
    (await keys.query<{ event: AuditEvent }>("SELECT event FROM audit_outbox WHERE event->>'action' = $1", [action])).map(({ event }) => event);

  verifies(['K10', 'WH-01'], 'a key that is minted and revoked is told of, signed so that the library of receivers takes it, and without the token', async () => {
    const [endpoint, other, foreign] = [await register(), await register(['key.expiring']), await register(['*'], stranger)];
    const minted = await keys.mint(admin, { name: 'deploy' });
    await keys.call(admin, 'DELETE', `/v1/pats/${minted.id}`);
    const received = await eventually(() => receiver.at(endpoint.at).length === 2 && receiver.at(endpoint.at));
    for (const message of received) {
      expect(isGenuine(endpoint.secret, message)).toBe(true);
      expect(isGenuine(other.secret, message)).toBe(false);
      expect(isGenuine(endpoint.secret, { ...message, body: message.body.replace('deploy', 'deplox') })).toBe(false);
      expect(message.headers['webhook-id']).toMatch(/^evt_[0-9a-f]{32}$/);
      expect(message.body + JSON.stringify(message.headers)).not.toContain(minted.token.slice(16));
    }
    const told = received.map(({ body }) => JSON.parse(body) as { type: string; timestamp: string; data: { status: string } }).sort((a, b) => (a.type < b.type ? -1 : 1));
    expect(told).toEqual([
      { type: 'key.minted', timestamp: minted.createdAt, data: expect.objectContaining({ id: minted.id, name: 'deploy', owner: 'ann', status: 'active' }) as object },
      { type: 'key.revoked', timestamp: expect.any(String) as string, data: expect.objectContaining({ id: minted.id, status: 'revoked' }) as object },
    ]);
    expect([receiver.at(other.at), receiver.at(foreign.at)]).toEqual([[], []]);
    await eventually(async () => expect(await deliveriesOf(endpoint)).toMatchObject([{ status: 'succeeded', attempts: 1, nextAttemptAt: null }, { status: 'succeeded' }]));
    expect(await deliveriesOf(other)).toEqual([]);
    await remove(endpoint, other);
    await keys.call(stranger, 'DELETE', foreign.base);
  });

  verifies('K10', 'a change that is rolled back is told to nobody, and one without listeners leaves nothing behind', async () => {
    const before = await keys.query('SELECT id FROM webhook_events');
    await keys.mint(admin);
    const endpoint = await register();
    expect(await keys.call(admin, 'POST', '/v1/pats', { name: 'x', org: 'acme', scopes: ['mcp:read'], projects: ['prod'], grants: [{ resource: 'org/globex', actions: ['read'] }], expiresIn: '7d' })).toMatchObject({ status: 403 });
    expect(await keys.query('SELECT id FROM webhook_events')).toEqual(before);
    await remove(endpoint);
  });

  verifies(['WH-03', 'WH-01'], 'what fails is tried again under the same id with a fresh time, is logged, waits as the schedule says, and succeeds in the end', async () => {
    const endpoint = await register();
    const answers = [500, 302, 429];
    receiver.answer(endpoint.at, (response) => void response.writeHead(answers.shift() ?? 200, { location: receiver.url('/elsewhere'), 'retry-after': '600' }).end());
    const { body } = await ping(endpoint);
    for (const [nth, atLeast] of [[1, 600], [2, 300], [3, 1800]] as const) {
      await eventually(async () => expect(await attempts(endpoint.id)).toBe(nth));
      const [{ seconds } = { seconds: 0 }] = await keys.query<{ seconds: number }>('SELECT extract(epoch FROM due_at - now())::float8 AS seconds FROM webhook_deliveries WHERE endpoint_id = $1', [endpoint.id]);
      // 302 and 429 came with the same Retry-After as 500.
      expect(seconds).toBeGreaterThan(Math.max(600, atLeast) - 10);
      keys.clock.advance(1000);
      await hurry(endpoint.id);
    }
    const detail = await eventually(async () => {
      const answer = await keys.call(admin, 'GET', `${endpoint.base}/deliveries/${String(body['id'])}`);
      return answer.body['status'] === 'succeeded' && answer.body;
    });
    const secret = { ...(await keys.call(admin, 'GET', endpoint.base)).body }['secrets'] as { id: string }[];
    expect(detail['log']).toMatchObject([500, 302, 429, 200].map((statusCode, at) => ({ number: at + 1, statusCode, error: null, secrets: [secret[0]!.id] })));
    const received = receiver.at(endpoint.at);
    expect(new Set(received.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([body['eventId']]));
    expect(new Set(received.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(4);
    expect(received.every((message) => isGenuine(endpoint.secret, message) && message.body === detail['body'])).toBe(true);
    expect(receiver.at('/elsewhere')).toEqual([]);
    await remove(endpoint);
  });

  verifies('WH-03', 'no answer and no connection are failures with a reason; the tenth attempt is the last, and a replay begins anew under the same id', async () => {
    const endpoint = await register();
    // A receiver that does not answer in time; nothing waits for this timer.
    receiver.answer(endpoint.at, (response) => void setTimeout(() => response.destroy(), 5000).unref());
    const { body } = await ping(endpoint);
    await eventually(async () => expect(await attempts(endpoint.id)).toBe(1));
    receiver.answer(endpoint.at, (response) => void response.destroy());
    for (let nth = 2; nth <= 10; nth += 1) {
      await hurry(endpoint.id);
      await eventually(async () => expect(await attempts(endpoint.id)).toBe(nth));
    }
    const failed = (await keys.call(admin, 'GET', `${endpoint.base}/deliveries/${String(body['id'])}`)).body;
    expect(failed).toMatchObject({ status: 'failed', attempts: 10, nextAttemptAt: null });
    expect((failed['log'] as { error: string }[]).map(({ error }) => error)).toEqual(['timeout', ...Array<string>(9).fill('connection_failed')]);
    receiver.answer(endpoint.at, (response) => void response.writeHead(200).end());
    await keys.call(admin, 'PATCH', endpoint.base, { enabled: true });
    keys.clock.advance(1000);
    const replay = await keys.call(admin, 'POST', `${endpoint.base}/deliveries/${String(body['id'])}/replay`);
    expect(replay).toMatchObject({ status: 202, body: { eventId: body['eventId'], replayOf: body['id'], status: 'pending', attempts: 0 } });
    await eventually(async () => expect(await deliveriesOf(endpoint)).toMatchObject([{ status: 'succeeded', attempts: 1 }, { status: 'failed' }]));
    expect(receiver.at(endpoint.at).at(-1)?.headers['webhook-id']).toBe(body['eventId']);
    expect(await audited('webhook_endpoint.replayed')).toMatchObject([{ org: 'acme', target: { id: endpoint.id }, details: { delivery: body['id'] } }]);
    await remove(endpoint);
  });

  verifies('WH-03', 'after five failures in a row an endpoint is left alone, then tried with one delivery, and goes on when that one works', async () => {
    const endpoint = await register(['key.minted']);
    receiver.answer(endpoint.at, (response) => void response.writeHead(503).end());
    for (let nth = 0; nth < 5; nth += 1) await ping(endpoint);
    await eventually(async () => expect((await keys.call(admin, 'GET', endpoint.base)).body).toMatchObject({ status: 'failing', pausedUntil: expect.any(String) as string }));
    expect(receiver.at(endpoint.at)).toHaveLength(5);
    await ping(endpoint);
    // Looked at and put off until the pause is over.
    await eventually(async () => expect(await keys.query('SELECT 1 FROM webhook_deliveries d JOIN webhook_endpoints e ON e.id = endpoint_id WHERE e.id = $1 AND d.attempts = 0 AND d.due_at = e.paused_until', [endpoint.id])).toHaveLength(1));
    expect(receiver.at(endpoint.at)).toHaveLength(5);
    // A slow receiver, so that one attempt is under way while others are due.
    receiver.answer(endpoint.at, (response) => void setTimeout(() => response.writeHead(200).end(), 100));
    await hurry(endpoint.id);
    await eventually(() => receiver.at(endpoint.at).length >= 6);
    expect(receiver.at(endpoint.at)).toHaveLength(6);
    await eventually(async () => expect((await keys.call(admin, 'GET', endpoint.base)).body).toMatchObject({ status: 'active', failingSince: null }));
    await hurry(endpoint.id);
    await eventually(() => receiver.at(endpoint.at).length === 11);
    await remove(endpoint);
  });

  verifies('WH-03', '410 disables, the other endpoints and the audit log say so, and what was on its way can be replayed once it is enabled', async () => {
    const [endpoint, other] = [await register(['key.minted']), await register(['webhook.endpoint_disabled'])];
    receiver.answer(endpoint.at, (response) => void response.writeHead(410).end());
    const { body } = await ping(endpoint);
    await eventually(() => receiver.at(other.at).length === 1);
    expect(JSON.parse(receiver.at(other.at)[0]!.body)).toMatchObject({ type: 'webhook.endpoint_disabled', data: { endpoint: endpoint.id, reason: 'gone' } });
    // By which identity writes to whoever registered it.
    const [row] = await keys.query<{ event: AuditEvent }>("SELECT event FROM audit_outbox WHERE event->>'action' = 'webhook_endpoint.disabled' AND event->'target'->>'id' = $1", [endpoint.id]);
    expect(row?.event.details).toMatchObject({ owner: 'ann', reason: 'gone' });
    expect((await keys.call(admin, 'GET', endpoint.base)).body).toMatchObject({ status: 'disabled', disabledReason: 'gone' });
    expect(await audited('webhook_endpoint.disabled')).toMatchObject([{ org: 'acme', target: { id: endpoint.id }, details: { reason: 'gone' } }]);
    await keys.mint(admin);
    expect(await deliveriesOf(endpoint)).toMatchObject([{ id: body['id'], status: 'failed', attempts: 1 }]);
    expect(await ping(endpoint)).toMatchObject({ status: 409, body: { code: 'conflict' } });
    expect(await keys.call(admin, 'POST', `${endpoint.base}/deliveries/${String(body['id'])}/replay`)).toMatchObject({ status: 409 });
    receiver.answer(endpoint.at, (response) => void response.writeHead(200).end());
    expect(await keys.call(admin, 'PATCH', endpoint.base, { enabled: true })).toMatchObject({ status: 200, body: { status: 'active', disabledReason: null } });
    expect(await keys.call(admin, 'POST', `${endpoint.base}/deliveries/${String(body['id'])}/replay`)).toMatchObject({ status: 202 });
    await eventually(() => receiver.at(endpoint.at).length === 2);
    await remove(endpoint, other);
  });

  verifies('WH-02', 'a rotated secret signs beside the new one until its overlap ends or it is retired; five at most', async () => {
    const endpoint = await register();
    const send = async (): Promise<(secret: string) => boolean> => {
      const before = receiver.at(endpoint.at).length;
      await ping(endpoint);
      const message = await eventually(() => receiver.at(endpoint.at).at(before) ?? false);
      return (secret) => isGenuine(secret, message);
    };
    const rotate = async (overlapSeconds?: number): Promise<string> => {
      const answer = await keys.call(admin, 'POST', `${endpoint.base}/rotate-secret`, overlapSeconds === undefined ? {} : { overlapSeconds });
      expect(answer).toMatchObject({ status: 201 });
      return String(answer.body['secret']);
    };
    const second = await rotate(3600);
    expect([endpoint.secret, second].map(await send())).toEqual([true, true]);
    const later = new Date(keys.clock.nowMs() + 3600_000).toISOString();
    expect((await keys.call(admin, 'GET', endpoint.base)).body).toMatchObject({ secrets: [{ expiresAt: null }, { expiresAt: later }] });
    // The clock of the messages moves, so they are judged by the log and not by age.
    const { secrets } = (await keys.call(admin, 'GET', endpoint.base)).body as unknown as { secrets: { id: string }[] };
    expect(await keys.call(admin, 'DELETE', `${endpoint.base}/secrets/${secrets[1]!.id}`)).toMatchObject({ status: 200, body: { secrets: [{ id: secrets[0]!.id }] } });
    expect([endpoint.secret, second].map(await send())).toEqual([false, true]);
    expect(await keys.call(admin, 'DELETE', `${endpoint.base}/secrets/${secrets[0]!.id}`)).toMatchObject({ status: 409 });
    expect(await keys.call(admin, 'DELETE', `${endpoint.base}/secrets/${unknownId}`)).toMatchObject({ status: 404 });
    for (let nth = 0; nth < 4; nth += 1) await rotate();
    expect(await keys.call(admin, 'POST', `${endpoint.base}/rotate-secret`, { overlapSeconds: 60 })).toMatchObject({ status: 409, body: { code: 'conflict' } });
    const only = await rotate(0);
    expect([second, only].map(await send())).toEqual([false, true]);
    expect((await keys.call(admin, 'GET', endpoint.base)).body['secrets']).toHaveLength(1);
    for (const overlapSeconds of [-1, 604_801, 1.5, 'a day']) {
      expect(await keys.call(admin, 'POST', `${endpoint.base}/rotate-secret`, { overlapSeconds })).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    }
    const [rotated] = [await rotate(60)];
    keys.clock.advance(61_000);
    expect((await keys.call(admin, 'GET', endpoint.base)).body['secrets']).toHaveLength(1);
    const { body } = await ping(endpoint);
    const log = await eventually(async () => {
      const answer = await keys.call(admin, 'GET', `${endpoint.base}/deliveries/${String(body['id'])}`);
      return answer.body['status'] === 'succeeded' && (answer.body['log'] as { secrets: string[] }[]);
    });
    expect(log[0]!.secrets).toHaveLength(1);
    expect(isGenuine(only, receiver.at(endpoint.at).at(-1)!)).toBe(false);
    expect(isGenuine(rotated, receiver.at(endpoint.at).at(-1)!)).toBe(true);
    await remove(endpoint);
  });

  verifies(['K6', 'K10'], 'keys that are revoked by what they have in common are told of once, with what that is', async () => {
    const endpoint = await register(['keys.revoked', 'key.revoked']);
    const who: Claims = { ...admin, sub: 'dora' };
    for (let count = 0; count < 3; count += 1) await keys.mint(who);
    const { body } = await keys.call(admin, 'POST', '/v1/pats/revoke', { user: 'dora', reason: 'left' });
    expect(body['revoked']).toBe(3);
    const one = await keys.mint(admin);
    await keys.call(admin, 'DELETE', `/v1/pats/${one.id}`);
    const received = await eventually(() => receiver.at(endpoint.at).length === 2 && receiver.at(endpoint.at));
    const told = received.map((message) => JSON.parse(message.body) as { type: string; data: object }).sort((a, b) => (a.type < b.type ? -1 : 1));
    expect(told).toMatchObject([
      { type: 'key.revoked', data: { id: one.id } },
      { type: 'keys.revoked', data: { org: 'acme', user: 'dora', project: null, issuedBefore: expect.stringMatching(/Z$/) as string, revoked: 3, reason: 'left' } },
    ]);
    await remove(endpoint);
  });

  verifies('K10', 'a delivery whose process died is taken up by another, under the same id', async () => {
    const endpoint = await register();
    let hold = true;
    receiver.answer(endpoint.at, (response) => {
      if (!hold) response.writeHead(200).end();
    });
    const { body } = await ping(endpoint);
    await eventually(() => receiver.at(endpoint.at).length === 1);
    // What a process that is killed leaves: a claim of nobody's.
    await keys.query('UPDATE webhook_deliveries SET claim = $2 WHERE id = $1', [body['id'], unknownId]);
    hold = false;
    await eventually(() => receiver.at(endpoint.at).length === 2);
    expect(new Set(receiver.at(endpoint.at).map(({ headers }) => headers['webhook-id']))).toEqual(new Set([body['eventId']]));
    // The attempt of the one that came back too late is nobody's.
    await eventually(async () => expect(await deliveriesOf(endpoint)).toMatchObject([{ status: 'succeeded', attempts: 1 }]));
    await remove(endpoint);
  });

  verifies(['WH-04', 'K10'], 'where private addresses are not allowed nothing connects to one, by number or by name, whatever was registered before', async () => {
    const endpoint = await register();
    await keys.restart({ LATCHKEY_WEBHOOK_TIMEOUT_MS: '500' });
    try {
      for (const url of [receiver.url('/x'), 'https://127.0.0.1/x', 'https://[::1]/x', 'https://169.254.169.254/latest', 'https://10.0.0.1/', 'https://[::ffff:10.0.0.1]/']) {
        expect([url, await keys.call(admin, 'POST', path, { url, events: ['*'] })]).toMatchObject([url, { status: 400, body: { code: 'invalid_request' } }]);
        expect(await keys.call(admin, 'PATCH', endpoint.base, { url })).toMatchObject({ status: 400 });
      }
      // A name is looked up when it is connected to, at every attempt.
      const named = await keys.call(admin, 'PATCH', endpoint.base, { url: receiver.url(endpoint.at).replace('http:', 'https:') });
      expect(named).toMatchObject({ status: 200 });
      const { body } = await ping(endpoint);
      await eventually(async () => expect(await attempts(endpoint.id)).toBe(1));
      expect((await keys.call(admin, 'GET', `${endpoint.base}/deliveries/${String(body['id'])}`)).body['log']).toMatchObject([{ statusCode: null, error: 'address_refused' }]);
      expect(receiver.at(endpoint.at)).toEqual([]);
    } finally {
      await keys.restart(env);
      await remove(endpoint);
    }
  });

  verifies('WH-04', 'a URL that is none, or that carries credentials, is refused, and so are unknown events', async () => {
    for (const url of ['ftp://example.com/', 'https://user:pass@example.com/', 'https://token@example.com/', 'https://example.com/#x', 'example.com', '', 'javascript:alert(1)', `https://example.com/${'x'.repeat(2100)}`, 'http://example.com/']) {
      expect([url, await keys.call(admin, 'POST', path, { url, events: ['*'] })]).toMatchObject([url, { status: 400, body: { code: 'invalid_request' } }]);
    }
    const url = 'https://example.com/hook';
    for (const events of [[], ['key.stolen'], 'key.minted', undefined]) expect(await keys.call(admin, 'POST', path, { url, events })).toMatchObject({ status: 400 });
    expect(await keys.call(admin, 'POST', path, { url, events: ['*'], secret: 'whsec_mine' })).toMatchObject({ status: 400 });
  });

  verifies(['G8', 'K10'], 'another organization, a member, and a key without the scope reach nothing', async () => {
    const endpoint = await register();
    const { body } = await ping(endpoint);
    await eventually(() => receiver.at(endpoint.at).length === 1);
    const delivery = `${endpoint.base}/deliveries/${String(body['id'])}`;
    const { secrets } = (await keys.call(admin, 'GET', endpoint.base)).body as unknown as { secrets: { id: string }[] };
    const below: [Method, string, unknown?][] = [
      ['GET', endpoint.base], ['PATCH', endpoint.base, { description: 'mine' }], ['POST', `${endpoint.base}/rotate-secret`, {}], ['POST', `${endpoint.base}/rotate`, {}],
      ['DELETE', `${endpoint.base}/secrets/${secrets[0]!.id}`], ['POST', `${endpoint.base}/ping`], ['GET', `${endpoint.base}/deliveries`], ['GET', delivery], ['POST', `${delivery}/replay`],
      ['DELETE', endpoint.base],
    ];
    const member: Claims = { ...bob, scope: 'webhooks:write', roles: { org: 'member', projects: { prod: 'admin' } } };
    const foreignOwn = await register(['*'], stranger);
    for (const [method, at, sent] of below) {
      expect([method, at, (await keys.call(stranger, method, at, sent)).status]).toEqual([method, at, 404]);
      expect(await keys.call(member, method, at, sent)).toMatchObject({ status: 403, body: { code: 'insufficient_role' } });
      expect(await keys.call({ ...admin, scope: method === 'GET' ? 'keys:write' : 'webhooks:read' }, method, at, sent)).toMatchObject({ status: 403, body: { code: 'insufficient_scope' } });
      expect((await keys.call(admin, method, at.replace(endpoint.id, unknownId), sent)).status).toBe(404);
      expect((await keys.call(admin, method, at.replace(endpoint.id, "1' OR '1'='1"), sent)).status).toBe(404);
    }
    // A delivery of one endpoint is not one of another.
    expect(await keys.call(stranger, 'GET', delivery.replace(endpoint.id, foreignOwn.id))).toMatchObject({ status: 404 });
    expect((await keys.call(stranger, 'GET', path)).body.items.map(({ id }) => id)).toEqual([foreignOwn.id]);
    expect((await keys.call(admin, 'GET', endpoint.base)).body).toMatchObject({ description: '', secrets: [{ id: secrets[0]!.id }] });
    await keys.call(stranger, 'DELETE', foreignOwn.base);
    await remove(endpoint);
  });

  verifies('K10', 'endpoints and deliveries are listed newest first, in pages, and deliveries by status and type', async () => {
    expect((await keys.call(admin, 'GET', path)).body).toEqual({ items: [], nextCursor: null });
    const made = [];
    for (let nth = 0; nth < 3; nth += 1) {
      made.unshift(await register());
      keys.clock.advance(1000);
    }
    const first = await keys.call(admin, 'GET', `${path}?limit=2`);
    const second = await keys.call(admin, 'GET', `${path}?limit=2&cursor=${String(first.body.nextCursor)}`);
    expect([...first.body.items, ...second.body.items].map(({ id }) => id)).toEqual(made.map(({ id }) => id));
    expect(second.body.nextCursor).toBeNull();
    expect(await keys.call(admin, 'GET', `${path}?cursor=abc`)).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    const [endpoint] = made;
    const pings: unknown[] = [];
    for (let nth = 0; nth < 3; nth += 1) {
      pings.unshift((await ping(endpoint!)).body['id']);
      keys.clock.advance(1000);
    }
    await keys.mint(admin);
    await eventually(() => receiver.at(endpoint!.at).length === 4);
    const list = async (query: string): Promise<Answer['body']> => (await keys.call(admin, 'GET', `${endpoint!.base}/deliveries?${query}`)).body;
    await eventually(async () => expect((await list('status=succeeded')).items).toHaveLength(4));
    expect((await list('status=pending')).items).toEqual([]);
    const page = await list('type=webhook.ping&limit=2');
    expect([...page.items, ...(await list(`type=webhook.ping&limit=2&cursor=${String(page.nextCursor)}`)).items].map(({ id }) => id)).toEqual(pings);
    await remove(...made);
    expect(await keys.query('SELECT 1 FROM webhook_deliveries')).toEqual([]);
    expect(await keys.query('SELECT 1 FROM webhook_secrets')).toEqual([]);
  });

  verifies('K10', 'a secret appears where it is made, and is in no later answer, table, log line or audit event', async () => {
    const endpoint = await register();
    const rotated = String((await keys.call(admin, 'POST', `${endpoint.base}/rotate`, {})).body['secret']);
    await ping(endpoint);
    await eventually(() => receiver.at(endpoint.at).length === 1);
    const later = [await keys.call(admin, 'GET', path), await keys.call(admin, 'GET', endpoint.base), await keys.call(admin, 'PATCH', endpoint.base, { description: 'x' }), await keys.call(admin, 'GET', `${endpoint.base}/deliveries`)];
    const tables = await keys.query<{ name: string }>("SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'keys'");
    const contents = await Promise.all(tables.map(({ name }) => keys.query(`SELECT to_jsonb(t)::text AS row FROM "${name}" t`)));
    expect(JSON.stringify(contents)).toContain(endpoint.id);
    for (const secret of [endpoint.secret, rotated]) {
      expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
      const hex = Buffer.from(secret).toString('hex');
      for (const text of [JSON.stringify(later), JSON.stringify(contents), keys.logLines.join('')]) {
        expect(text.includes(secret.slice(6)) || text.includes(hex)).toBe(false);
      }
    }
    await remove(endpoint);
  });

  verifies('K11', 'after a change of the master key everything sealed goes over to the new one, also when that was cut short, and the old one can go', async () => {
    const made = [await register(), await register(), await register()];
    const [old, fresh] = [Buffer.alloc(32, 7), Buffer.alloc(32, 8)];
    const both = new Envelope(new LocalKeyEncryption([fresh, old]));
    const database = await connectPostgres({ url: keys.databaseUrl, schema: 'keys', entities: [], migrations: [] });
    // Whoever is killed in the middle: what was committed stays, what was not is as before.
    let left = 2;
    const dying = new (class extends Envelope {
      override rewrap(...sealed: Parameters<Envelope['rewrap']>): Promise<Buffer | null> {
        left -= 1;
        return left < 0 ? Promise.reject(new Error('killed')) : super.rewrap(...sealed);
      }
    })(new LocalKeyEncryption([fresh, old]));
    try {
      await expect(reencrypt(database, dying)).rejects.toThrow('killed');
      const changed = await reencrypt(database, both);
      expect(changed.changed).toBeGreaterThanOrEqual(made.length);
      expect(await reencrypt(database, both)).toEqual({ seen: changed.seen, changed: 0 });
      // No sealed column is forgotten: these are all that hold bytes, but for hashes and what was received.
      const columns = await keys.query<{ place: string }>("SELECT table_name || '.' || column_name AS place FROM information_schema.columns WHERE table_schema = 'keys' AND data_type = 'bytea'");
      const open = ['personal_access_tokens.hash', 'hook_deliveries.payload'];
      expect(columns.map(({ place }) => place).filter((place) => !open.includes(place)).sort()).toEqual(sealedColumns.map(({ table, column }) => `${table}.${column}`).sort());
    } finally {
      await database.destroy();
    }
    await keys.restart({ ...env, LATCHKEY_MASTER_KEY: fresh.toString('base64') });
    try {
      for (const endpoint of made) {
        await ping(endpoint);
        const message = await eventually(() => receiver.at(endpoint.at)[0] ?? false);
        expect(isGenuine(endpoint.secret, { ...message, headers: message.headers })).toBe(true);
      }
      await remove(...made);
    } finally {
      await keys.restart(env);
    }
  });
});
