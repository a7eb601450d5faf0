import type { AuditEvent } from '@latchkey/contracts';
import { identityHeader } from '@latchkey/contracts';
import { connectAnswerSchema, type ConnectAnswer, type ConnectAsk } from '@latchkey/contracts';
import { InProcessFeed } from '@latchkey/feed';
import { connectPostgres } from '@latchkey/postgres';
import { eventually, knownClient, startOauthUpstream, verifies, type Mischief, type OauthUpstream } from '@latchkey/testing';
import { reencrypt } from '../src/encryption/reencrypt.ts';
import { Envelope } from '../src/encryption/envelope.ts';
import { LocalKeyEncryption } from '../src/encryption/local-key-encryption.ts';
import { ann, bob, eve, gatewayUrl, KeysFixture, type Answer, type Claims, type Method } from './keys-fixture.ts';

const scope = 'connections:write';
const admin: Claims = { ...ann, scope };
const projectAdmin: Claims = { ...bob, sub: 'pat', scope, roles: { org: 'member', projects: { prod: 'admin' } } };
const contributor: Claims = { ...bob, scope };
const viewer: Claims = { ...bob, sub: 'vic', scope: 'connections:read', roles: { org: 'member', projects: { prod: 'viewer' } } };
const outsider: Claims = { ...bob, sub: 'olga', scope, roles: { org: 'member', projects: { other: 'admin' } } };
const stranger: Claims = { ...eve, scope };
const path = '/v1/connections';
const unknownId = '00000000-0000-4000-8000-000000000000';
const secret = 'Bearer sk-of-the-upstream-0001';
const wanted = { name: 'Tracker', project: 'prod', server: 'demo', kind: 'static', value: secret };

/** What is sealed, and where it may turn up: nowhere. */
async function places(keys: KeysFixture): Promise<string[]> {
  const tables = await keys.query<{ name: string }>("SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'keys'");
  const rows = await Promise.all(tables.map(({ name }) => keys.query(`SELECT to_jsonb(t)::text AS row FROM "${name}" t`)));
  return [JSON.stringify(rows), keys.logLines.join(''), JSON.stringify(keys.messages)];
}

describe('connections', () => {
  const feed = new InProcessFeed();
  let keys: KeysFixture;
  let upstream: OauthUpstream;
  beforeAll(async () => {
    upstream = await startOauthUpstream();
    // Identity's part: it knows one server.
    await feed.answer('ask.identity', (question) => {
      const { server } = question as { server?: string };
      const urls: Record<string, string> = { demo: 'http://127.0.0.1:9/mcp', tracker: upstream.resource };
      return Promise.resolve({ connectUrl: 'https://issuer.example/connect/', server: server !== undefined && Object.hasOwn(urls, server) ? { org: 'acme', project: 'prod', url: urls[server] } : null });
    });
    keys = await KeysFixture.start({ feed, env: { LATCHKEY_ALLOW_PRIVATE_UPSTREAMS: 'true' } });
    keys.clock.advance(Date.now() - keys.clock.nowMs());
    await keys.follow();
  }, 60_000);
  afterAll(async () => {
    await keys.stop();
    await upstream.close();
  });

  const make = async (more: object = {}, as = admin): Promise<Record<string, unknown>> => {
    const { status, body } = await keys.call(as, 'POST', path, { ...wanted, ...more });
    expect([status, body]).toMatchObject([201, {}]);
    return body;
  };
  const internal = async (question: object, as: Claims = { sub: gatewayUrl, scope: '', credential: { kind: 'gateway', id: 'gateway' } }): Promise<Answer> =>
    keys.call(as, 'POST', '/internal/connection-value', { holder: null, client: null, redirectUri: null, refused: null, ...question });
  const newest = (id: unknown) => keys.messages.filter(({ subject }) => subject === `feed.keys.connection.${String(id)}`).at(-1);
  const events = async (id: unknown): Promise<AuditEvent[]> =>
    (await keys.query<{ event: AuditEvent }>("SELECT event FROM audit_outbox WHERE event->'target'->>'id' = $1 ORDER BY created_at", [String(id)])).map(({ event }) => event);

  verifies(['K11', 'K12'], 'a static one is made, listed, changed, rotated with an overlap and revoked, each told to gateways and to the audit log', async () => {
    const made = await make({ header: 'X-Api-Key' });
    expect(made).toMatchObject({ org: 'acme', project: 'prod', server: 'demo', kind: 'static', per: 'project', header: 'x-api-key', origin: 'http://127.0.0.1:9', status: 'connected', createdBy: 'ann', oauth: null });
    const id = String(made['id']);
    expect(newest(id)).toMatchObject({ version: 1, record: { kind: 'connection', org: 'acme', project: 'prod', server: 'demo', per: 'project', origin: 'http://127.0.0.1:9', revokedAt: null, createdAtMs: Date.parse(String(made['createdAt'])) } });
    expect(made['consistency']).toBe(`feed.keys.connection.${id}@1`);
    expect((await internal({ connection: id })).body).toEqual({ kind: 'value', version: 1, header: 'x-api-key', value: secret, expiresAt: null });

    expect((await keys.call(projectAdmin, 'PATCH', `${path}/${id}`, { name: 'Issues', redirectUris: ['https://app.example/done'] })).body).toMatchObject({ name: 'Issues', redirectUris: ['https://app.example/done'] });
    const rotated = await keys.call(projectAdmin, 'POST', `${path}/${id}/rotate`, { value: 'second-value', overlapSeconds: 600 });
    expect([rotated.status, rotated.body]).toMatchObject([201, { status: 'connected', overlapUntil: expect.any(String) as string, consistency: `feed.keys.connection.${id}@2` }]);
    expect((await internal({ connection: id })).body).toMatchObject({ version: 2, value: 'second-value' });
    // A server that does not know the new one yet is shown the old one, until the overlap is over.
    expect((await internal({ connection: id, refused: 2 })).body).toMatchObject({ version: -2, value: secret });
    keys.clock.advance(601_000);
    expect((await internal({ connection: id, refused: 2 })).body).toMatchObject({ version: 2, value: 'second-value' });

    const ended = await keys.call(admin, 'DELETE', `${path}/${id}`);
    expect([ended.status, ended.body]).toMatchObject([200, { id, status: 'revoked', consistency: `feed.keys.connection.${id}@3` }]);
    expect((await keys.call(admin, 'DELETE', `${path}/${id}`)).body['revokedAt']).toBe(ended.body['revokedAt']);
    expect(newest(id)?.record).toMatchObject({ revokedAt: expect.any(Number) as number });
    expect((await internal({ connection: id })).body).toEqual({ kind: 'gone' });
    expect(await keys.query('SELECT 1 FROM connection_credentials WHERE connection_id = $1', [id])).toEqual([]);
    expect((await keys.call(admin, 'GET', `${path}/${id}`)).body).toMatchObject({ status: 'revoked', revokedAt: ended.body['revokedAt'] });
    expect((await keys.call(admin, 'POST', `${path}/${id}/rotate`, { value: 'x' })).status).toBe(409);
    expect((await events(id)).map(({ action, actor, outcome }) => [action, actor.id, outcome])).toEqual([
      ['connection.created', 'ann', 'success'], ['connection.changed', 'pat', 'success'], ['connection.rotated', 'pat', 'success'], ['connection.revoked', 'ann', 'success'],
    ]);
  });

  verifies('K11', 'a value is in no answer, table, log line, feed record or audit row', async () => {
    const { id } = await make();
    const answers = [
      await keys.call(admin, 'POST', `${path}/${String(id)}/rotate`, { value: 'another-secret-value', overlapSeconds: 60 }),
      await keys.call(admin, 'GET', path), await keys.call(admin, 'GET', `${path}/${String(id)}`),
      // Refusals name what is wrong and never what was sent.
      await keys.call(admin, 'POST', path, { ...wanted, value: ` ${secret}` }), await keys.call(admin, 'POST', path, { ...wanted, server: 'none' }),
      await keys.call(admin, 'POST', `${path}/${String(id)}/rotate`, { value: secret, overlapSeconds: -1 }),
      await keys.call(admin, 'DELETE', `${path}/${String(id)}`),
    ];
    for (const place of [...(await places(keys)), JSON.stringify(answers)]) for (const text of ['sk-of-the-upstream', 'another-secret-value']) expect(place.includes(text)).toBe(false);
    const [tables, , records] = await places(keys);
    for (const place of [tables, records]) expect(place).toContain(String(id));
  });

  verifies('K11', 'another tenant’s, and one of a project that the caller has no part in, is not found, whatever is asked of it', async () => {
    const { id } = await make();
    const base = `${path}/${String(id)}`;
    const calls: [Method, string, unknown?][] = [['GET', ''], ['PATCH', '', { name: 'x' }], ['POST', '/rotate', { value: 'x' }], ['DELETE', '']];
    for (const as of [stranger, outsider]) {
      for (const [method, rest, body] of calls) {
        for (const at of [base, `${path}/${unknownId}`, `${path}/x`]) expect((await keys.call(as, method, `${at}${rest}`, body)).body).toMatchObject({ status: 404, code: 'not_found' });
      }
      expect((await keys.call(as, 'GET', path)).body.items).toEqual([]);
    }
    expect((await keys.call(stranger, 'POST', path, wanted)).body).toMatchObject({ code: 'not_found' });
    expect((await keys.call(admin, 'POST', path, { ...wanted, org: 'globex' })).body).toMatchObject({ code: 'tenant_mismatch' });
    await keys.call(admin, 'DELETE', base);
  });

  verifies('K11', 'is for administrators of the project, with the scope for it; others see it', async () => {
    const { id } = await make();
    const base = `${path}/${String(id)}`;
    const calls: [Method, string, unknown?][] = [['POST', path, wanted], ['PATCH', base, { name: 'x' }], ['POST', `${base}/rotate`, { value: 'x' }], ['DELETE', base]];
    for (const [method, at, body] of calls) {
      expect((await keys.call(contributor, method, at, body)).body).toMatchObject({ status: 403, code: 'insufficient_role' });
      expect((await keys.call({ ...admin, scope: 'connections:read' }, method, at, body)).body).toMatchObject({ status: 403, code: 'insufficient_scope' });
    }
    for (const as of [contributor, viewer]) expect((await keys.call(as, 'GET', base)).status).toBe(200);
    expect((await keys.call({ ...admin, scope: 'keys:read' }, 'GET', base)).body).toMatchObject({ code: 'insufficient_scope' });
    for (const as of [admin, contributor]) expect((await internal({ connection: id }, as)).status).toBe(401);
    expect((await keys.send('POST', '/internal/connection-value', { [identityHeader]: 'x', 'content-type': 'application/json' }, '{}')).status).toBe(401);
    await keys.call(admin, 'DELETE', base);
  });

  verifies('K11', 'what a header cannot or must not carry is refused', async () => {
    const bad: object[] = [
      { value: 'a\r\nx: y' }, { value: 'ü' }, { value: '' }, { value: undefined }, { header: 'Host' }, { header: 'Latchkey-Identity' }, { header: 'Mcp-Session-Id' }, { header: 'content-length' }, { header: 'a b' },
      { per: 'user' }, { kind: 'oauth' }, { oauth: {} }, { kind: 'oauth', value: undefined, header: 'x-api-key' }, { kind: 'oauth', value: undefined, oauth: { clientSecret: 's' } },
      { kind: 'oauth', value: undefined, oauth: { issuer: 'https://as.example/\0' } }, { kind: 'other' }, { project: 'Prod' }, { surplus: 1 }, { redirectUris: ['javascript:alert(1)'] }, { redirectUris: ['https://a.example/#x'] }, { redirectUris: ['/relative'] },
    ];
    for (const more of bad) expect([more, (await keys.call(admin, 'POST', path, { ...wanted, ...more })).body]).toMatchObject([more, { status: 400, code: 'invalid_request' }]);
  });

  it('are listed newest first, page by page, by project, server and kind', async () => {
    const made = [];
    for (let n = 0; n < 5; n += 1) {
      made.push(String((await make({ name: `c${n}`, ...(n % 2 === 0 ? {} : { per: 'user', value: undefined }) }))['id']));
      keys.clock.advance(10);
    }
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { body }: Answer = await keys.call(viewer, 'GET', `${path}?limit=2&server=demo${cursor === '' ? '' : `&cursor=${cursor}`}`);
      seen.push(...body.items.filter(({ status }) => status !== 'revoked').map(({ id }) => String(id)));
      cursor = body.nextCursor;
    }
    expect(seen).toEqual(made.toReversed());
    const names = async (query: string): Promise<unknown[]> => (await keys.call(admin, 'GET', `${path}?${query}`)).body.items.filter(({ status }) => status !== 'revoked').map(({ name }) => name);
    expect(await names('per=user')).toEqual(['c3', 'c1']);
    expect(await names('project=other')).toEqual([]);
    expect(await names('kind=oauth')).toEqual([]);
    expect((await keys.call(admin, 'GET', `${path}?cursor=x`)).status).toBe(400);
    for (const id of made) await keys.call(admin, 'DELETE', `${path}/${id}`);
  });


  describe('of users, and those that are made at an authorization server', () => {
    const callback = 'https://issuer.example/v1/connections/callback';
    const oauth = { kind: 'oauth', per: 'user', server: 'tracker', value: undefined, redirectUris: ['https://app.example/back', 'com.example.app:/done'] };
    const visitor = { user: 'bob', browser: 'the browser of bob' };

    /** As identity asks, over the feed. */
    const ask = async (question: object): Promise<ConnectAnswer> => connectAnswerSchema.parse(await feed.ask('ask.keys', question as ConnectAsk, 20_000));
    const begin = (ticket: string, as: object = visitor) => ask({ connect: 'begin', ticket, callback, ...as });
    const finish = (query: string, as: object = visitor) => ask({ connect: 'finish', query, callback, ...as });
    const ticketFor = async (id: unknown, as = contributor, body: object = {}): Promise<string> => {
      const answer = await keys.call(as, 'POST', `${path}/${String(id)}/authorize`, body);
      expect([answer.status, answer.body]).toMatchObject([200, { url: expect.stringMatching(/^https:\/\/issuer\.example\/connect\/[\w-]{43}$/) as string, expiresAt: expect.any(String) as string }]);
      return String(answer.body['url']).slice(-43);
    };
    const sentTo = async (ticket: string, as: object = visitor): Promise<string> => {
      const answer = await begin(ticket, as);
      if (answer.outcome !== 'go') throw new Error(`not sent on: ${answer.outcome} ${keys.logLines.at(-1) ?? ''}`);
      return answer.url;
    };
    const connect = async (id: unknown, how: Mischief = {}): Promise<ConnectAnswer> => finish(await upstream.agree(await sentTo(await ticketFor(id)), how));
    const valueOf = async (id: unknown, more: object = {}) => (await internal({ connection: id, holder: 'user:bob', ...more })).body;
    const hourMs = 3_600_000;

    verifies(['K11', 'GW-85'], 'are found by the challenge, registered, agreed to with PKCE and a resource, and then shown to the server', async () => {
      const { id } = await make(oauth);
      const before = upstream.requests.length;
      expect(await valueOf(id)).toMatchObject({ kind: 'missing', name: 'Tracker', ticket: expect.any(String) as string });
      const ticket = await ticketFor(id);
      expect(await ask({ connect: 'look', ticket, ...visitor })).toEqual({ outcome: 'open', name: 'Tracker', kind: 'oauth', server: 'tracker', origin: upstream.issuer, client: null, shared: false, known: true, wants: [] });
      const url = new URL(await sentTo(ticket));
      expect(Object.fromEntries(url.searchParams)).toMatchObject({ response_type: 'code', code_challenge_method: 'S256', resource: upstream.resource, redirect_uri: callback, scope: 'tools offline_access' });
      expect(await finish(await upstream.agree(url.href))).toEqual({ outcome: 'connected', name: 'Tracker', returnTo: null });
      const [redeemed] = upstream.to('/token').slice(-1);
      expect(Object.fromEntries(new URLSearchParams(redeemed?.body))).toMatchObject({ grant_type: 'authorization_code', resource: upstream.resource, redirect_uri: callback, code_verifier: expect.any(String) as string });
      const given = await valueOf(id);
      expect(given).toMatchObject({ kind: 'value', header: 'authorization', expiresAt: expect.any(Number) as number });
      expect(await upstream.call(String(given['value']))).toEqual([200, expect.stringContaining('upstream-account')]);
      expect((await keys.call(contributor, 'GET', `${path}/${String(id)}`)).body).toMatchObject({ status: 'connected', oauth: { issuer: upstream.issuer, clientId: expect.any(String) as string } });
      // Everybody has their own.
      expect((await keys.call(admin, 'GET', `${path}/${String(id)}`)).body).toMatchObject({ status: 'pending' });
      expect(await valueOf(id, { holder: 'user:ann' })).toMatchObject({ kind: 'missing' });
      expect(newest(id)?.version).toBe(2);
      // The second person takes the same registration.
      expect(await finish(await upstream.agree(await sentTo(await ticketFor(id, admin), { user: 'ann', browser: 'a' })), { user: 'ann', browser: 'a' })).toMatchObject({ outcome: 'connected' });
      expect(upstream.requests.slice(before).filter(({ url: { pathname } }) => pathname === '/reg')).toHaveLength(1);
      expect((await events(id)).map(({ action, actor }) => [action, actor.id])).toEqual([['connection.created', 'ann'], ['connection.connected', 'bob'], ['connection.connected', 'ann']]);
    });

    verifies(['GW-84', 'K11'], 'are for the person and the browser that they began with, once', async () => {
      const { id } = await make(oauth);
      const ticket = await ticketFor(id);
      expect(await begin(ticket, { user: 'ann', browser: 'b' })).toEqual({ outcome: 'other_person' });
      expect(await begin(ticket, { user: null, browser: 'b' })).toEqual({ outcome: 'sign_in' });
      const first = await sentTo(ticket);
      expect(await begin(ticket, { ...visitor, browser: 'another' })).toEqual({ outcome: 'other_browser' });
      // Whoever agrees again makes the first state worthless.
      const stale = await upstream.agree(first);
      const query = await upstream.agree(await sentTo(ticket));
      expect(await finish(stale)).toEqual({ outcome: 'gone' });
      expect(await finish(query, { ...visitor, browser: 'another' })).toEqual({ outcome: 'other_browser' });
      expect(await finish(query, { ...visitor, browser: null })).toEqual({ outcome: 'other_browser' });
      expect(await finish(query, { ...visitor, user: 'ann' })).toEqual({ outcome: 'other_person' });
      expect(await finish(query, { ...visitor, user: null })).toEqual({ outcome: 'sign_in' });
      const answers = await Promise.all(Array.from({ length: 10 }, () => finish(query)));
      expect(answers.map(({ outcome }) => outcome).sort()).toEqual(['connected', ...Array.from({ length: 9 }, () => 'gone')]);
      for (const no of ['', 'code=x', 'state=', `state=${'x'.repeat(43)}&code=y`, query]) expect(await finish(no)).toEqual({ outcome: 'gone' });
      expect(await ask({ connect: 'look', ticket, ...visitor })).toEqual({ outcome: 'gone' });
    });

    verifies('GW-85', 'keep nothing of an answer from another issuer, of a refusal, or of a server whose metadata is not its own', async () => {
      const { id } = await make(oauth);
      expect(await connect(id, { iss: 'http://localhost:1' })).toMatchObject({ outcome: 'failed' });
      expect(await connect(id, { iss: 'http://localhost:1', deny: true })).toMatchObject({ outcome: 'failed' });
      expect(await connect(id, { deny: true })).toMatchObject({ outcome: 'denied' });
      const other = await make(oauth);
      for (const how of [{ metadataIssuer: `${upstream.issuer}/` }, { withoutPkce: true }]) {
        upstream.set(how);
        expect(await begin(await ticketFor(other['id']))).toMatchObject({ outcome: 'failed', name: 'Tracker' });
      }
      upstream.set({});
      expect(await valueOf(id)).toMatchObject({ kind: 'missing' });
      for (const failed of [id, other['id']]) expect((await keys.call(contributor, 'GET', `${path}/${String(failed)}`)).body).toMatchObject({ status: 'failed', expiresAt: null });
      expect((await events(id)).slice(1).map(({ action, outcome }) => [action, outcome])).toEqual([['connection.refused', 'failed'], ['connection.refused', 'failed'], ['connection.refused', 'refused']]);
      // A client that was given is of one issuer, and is shown to no other.
      const given = await make({ ...oauth, oauth: { issuer: 'http://localhost:1', clientId: 'ours' } });
      expect(await begin(await ticketFor(given['id']))).toMatchObject({ outcome: 'failed' });
    });

    verifies('GW-85', 'are asked for by a client that is known by its document, where the server reads those', async () => {
      const { id } = await make(oauth);
      const before = upstream.to('/reg').length;
      upstream.set({ takesDocuments: true });
      expect(new URL(await sentTo(await ticketFor(id))).searchParams.get('client_id')).toBe('https://issuer.example/v1/connections/client');
      upstream.set({});
      expect(upstream.to('/reg').length).toBe(before);
    });

    verifies('K12', 'administrators see who is connected, and end what somebody has; others do not', async () => {
      const { id } = await make({ per: 'user', value: undefined });
      const base = `${path}/${String(id)}`;
      for (const [as, n] of [[contributor, 1], [admin, 2]] as const) {
        await keys.call(as, 'PUT', `${base}/mine`, { value: `key-${n}` });
        keys.clock.advance(10);
      }
      const first = await keys.call(projectAdmin, 'GET', `${base}/holders?limit=1`);
      expect(first.body.items).toMatchObject([{ kind: 'user', subject: 'ann', issuer: null, status: 'connected' }]);
      const second = await keys.call(projectAdmin, 'GET', `${base}/holders?limit=1&cursor=${first.body.nextCursor ?? ''}`);
      expect([second.body.items, second.body.nextCursor]).toMatchObject([[{ subject: 'bob' }], null]);
      const holder = `${base}/holders/${String(second.body.items[0]?.['id'])}`;
      for (const [method, at] of [['GET', `${base}/holders`], ['DELETE', holder]] as const) {
        for (const as of [stranger, outsider]) expect((await keys.call(as, method, at)).body).toMatchObject({ status: 404, code: 'not_found' });
        expect((await keys.call(contributor, method, at)).body).toMatchObject({ code: 'insufficient_role' });
      }
      for (const no of [unknownId, 'x']) expect((await keys.call(admin, 'DELETE', `${base}/holders/${no}`)).body).toMatchObject({ code: 'not_found' });
      const version = newest(id)?.version ?? 0;
      expect((await keys.call(projectAdmin, 'DELETE', holder)).body).toMatchObject({ status: 'pending', consistency: `feed.keys.connection.${String(id)}@${version + 1}` });
      expect([(await valueOf(id))['kind'], (await valueOf(id, { holder: 'user:ann' }))['value']]).toEqual(['missing', 'key-2']);
      expect((await events(id)).at(-1)).toMatchObject({ action: 'connection.disconnected', actor: { id: 'pat' }, details: { holder: 'user:bob' } });
    });

    it('are not made for a server that has moved since', async () => {
      const { id } = await make(oauth);
      const place = upstream.resource;
      Object.assign(upstream, { resource: 'http://127.0.0.1:8/mcp' });
      try {
        expect((await keys.call(contributor, 'POST', `${path}/${String(id)}/authorize`, {})).body).toMatchObject({ status: 409, code: 'conflict' });
      } finally {
        Object.assign(upstream, { resource: place });
      }
    });

    verifies(['GW-85', 'K11'], 'are renewed once however many ask, before they end and when the server refuses them', async () => {
      const { id } = await make(oauth);
      await connect(id);
      const first = await valueOf(id);
      expect(await valueOf(id)).toEqual(first);
      keys.clock.advance(hourMs - 30_000);
      const before = upstream.to('/token').length;
      const answers = await Promise.all(Array.from({ length: 10 }, () => valueOf(id)));
      expect(new Set(answers.map(({ value }) => value)).size).toBe(1);
      expect(answers[0]?.['value']).not.toBe(first['value']);
      expect(upstream.to('/token').length - before).toBe(1);
      expect(Object.fromEntries(new URLSearchParams(upstream.to('/token').at(-1)?.body))).toMatchObject({ grant_type: 'refresh_token', resource: upstream.resource });
      expect(await upstream.call(String(answers[0]?.['value']))).toEqual([200, expect.stringContaining('upstream-account')]);
      const refused = await Promise.all(Array.from({ length: 5 }, () => valueOf(id, { refused: answers[0]?.['version'] })));
      expect(new Set(refused.map(({ version }) => version))).toEqual(new Set([Number(answers[0]?.['version']) + 1]));
      expect(upstream.to('/token').length - before).toBe(2);
      // An answer that never came is asked for again, with what was not used up.
      keys.clock.advance(hourMs);
      upstream.set({ lose: 'before' });
      expect(await valueOf(id)).toMatchObject({ kind: 'value' });
      // A replica that died in the middle holds nobody up for long.
      keys.clock.advance(hourMs);
      await keys.query("UPDATE connection_credentials SET lease = gen_random_uuid(), lease_until = clock_timestamp() + interval '300 milliseconds' WHERE connection_id = $1", [id]);
      expect(await valueOf(id)).toMatchObject({ kind: 'value' });
      keys.clock.advance(Date.now() - keys.clock.nowMs());
    });

    verifies('K11', 'are to be made anew when their server ends them, which gateways and the log are told', async () => {
      const { id } = await make(oauth);
      await connect(id);
      keys.clock.advance(hourMs);
      // The old refresh token is used up by now, and its successor is lost: to the server, whoever shows it again is a thief.
      upstream.set({ lose: 'after' });
      const version = newest(id)?.version ?? 0;
      expect(await valueOf(id)).toMatchObject({ kind: 'missing', ticket: expect.any(String) as string });
      expect((await keys.call(contributor, 'GET', `${path}/${String(id)}`)).body).toMatchObject({ status: 'expired' });
      expect((await events(id)).at(-1)).toMatchObject({ action: 'connection.expired', actor: { kind: 'service', id: 'keys' } });
      await eventually(() => expect(newest(id)?.version).toBe(version + 1));
      expect(await connect(id)).toMatchObject({ outcome: 'connected' });
      expect(await upstream.call(String((await valueOf(id))['value']))).toEqual([200, expect.stringContaining('upstream-account')]);
      keys.clock.advance(Date.now() - keys.clock.nowMs());
    });

    verifies(['CT-05', 'K11'], 'more than was agreed to is asked for beside the old when the server demands it, and nobody has it before', async () => {
      const { id } = await make(oauth);
      await connect(id);
      const first = await valueOf(id);
      const refused = first['version'];
      // A demand of what was given is nothing that a person could agree to.
      expect(await valueOf(id, { refused, wanted: ['tools'] })).toEqual(first);
      expect((await internal({ connection: id, holder: 'user:bob', refused, wanted: ['a b'] })).status).toBe(400);
      const asked = await valueOf(id, { refused, wanted: ['write', 'tools'] });
      expect(asked).toMatchObject({ kind: 'missing', ticket: expect.any(String) as string, why: { lack: 'scopes', scopes: ['write'] } });
      expect(await valueOf(id, { refused, wanted: ['write'] })).toMatchObject({ kind: 'missing' });
      // All that it is good for goes on.
      expect(await valueOf(id)).toEqual(first);
      expect((await keys.call(contributor, 'GET', `${path}/${String(id)}`)).body).toMatchObject({ status: 'connected', wants: ['write'] });
      expect((await keys.call(admin, 'GET', `${path}/${String(id)}/holders`)).body.items).toMatchObject([{ subject: 'bob', wants: ['write'] }]);
      const ticket = String(asked['ticket']);
      expect(await ask({ connect: 'look', ticket, ...visitor })).toMatchObject({ outcome: 'open', wants: ['write'] });
      const url = await sentTo(ticket);
      expect(new URL(url).searchParams.get('scope')).toBe('tools write offline_access');
      // Who says no has what they had.
      expect(await finish(await upstream.agree(url, { deny: true }))).toMatchObject({ outcome: 'denied' });
      expect(await valueOf(id)).toEqual(first);
      upstream.set({ demands: 'write' });
      expect((await upstream.call(String(first['value'])))[0]).toBe(403);
      upstream.set({});
      expect(await connect(id)).toMatchObject({ outcome: 'connected' });
      // A gateway that has not heard of it yet is given what there is now.
      const wider = await valueOf(id, { refused, wanted: ['write'] });
      upstream.set({ demands: 'write' });
      expect((await upstream.call(String(wider['value'])))[0]).toBe(200);
      // Renewed, it has them still.
      const renewed = await valueOf(id, { refused: wider['version'] });
      expect((await upstream.call(String(renewed['value'])))[0]).toBe(200);
      upstream.set({});
      expect(await valueOf(id, { refused: renewed['version'], wanted: ['write', 'tools'] })).toEqual(renewed);
      expect((await keys.call(contributor, 'GET', `${path}/${String(id)}`)).body).toMatchObject({ wants: [] });
      expect((await events(id)).filter(({ action }) => action === 'connection.wants_scopes').map(({ details }) => details)).toEqual([{ holder: 'user:bob', scopes: ['write'] }]);
    });

    verifies(['CT-05', 'GW-83'], 'are renewed once for a server that refuses them, and then wait for somebody to look', async () => {
      const { id } = await make(oauth);
      await connect(id);
      const first = await valueOf(id);
      const second = await valueOf(id, { refused: first['version'] });
      expect(second['version']).toBe(Number(first['version']) + 1);
      const before = upstream.to('/token').length;
      expect(await valueOf(id, { refused: second['version'], refusedAgain: true })).toMatchObject({ kind: 'missing', ticket: expect.any(String) as string, why: { lack: 'refused' } });
      for (let time = 0; time < 3; time += 1) expect(await valueOf(id, { refused: second['version'] })).toMatchObject({ kind: 'missing', why: { lack: 'refused' } });
      expect(upstream.to('/token').length).toBe(before);
      expect((await keys.call(contributor, 'GET', `${path}/${String(id)}`)).body).toMatchObject({ status: 'refused' });
      expect((await events(id)).filter(({ action }) => action === 'connection.not_taken')).toHaveLength(1);
      // The trouble may be the server's own: it is shown what there is, until it takes it again.
      expect(await valueOf(id)).toEqual(second);
      expect(await connect(id)).toMatchObject({ outcome: 'connected' });
      expect((await keys.call(contributor, 'GET', `${path}/${String(id)}`)).body).toMatchObject({ status: 'connected' });
      expect(await valueOf(id, { refused: second['version'], refusedAgain: true })).toMatchObject({ kind: 'value' });
    });

    verifies('K11', 'are given back to their authorization server by whoever disconnects, revokes or ends them, whatever fails meanwhile, and nobody waits for it', async () => {
      const { id } = await make(oauth);
      const base = `${path}/${String(id)}`;
      const asAnn = { user: 'ann', browser: 'a' };
      const connectAnn = async () => finish(await upstream.agree(await sentTo(await ticketFor(id, admin), asAnn)), asAnn);
      const givenBack = () => upstream.to('/token/revocation');
      const queued = () => keys.query('SELECT 1 FROM upstream_revocations WHERE connection_id = $1', [id]);
      await connect(id);
      const { value } = await valueOf(id);
      const refreshToken = upstream.tokens.at(-1) ?? 'none';
      expect((await keys.call(contributor, 'DELETE', `${base}/mine`)).status).toBe(200);
      await eventually(() => expect(givenBack()).toHaveLength(1));
      expect(Object.fromEntries(new URLSearchParams(givenBack()[0]?.body))).toMatchObject({ token: refreshToken, token_type_hint: 'refresh_token' });
      await eventually(async () => expect((await upstream.call(String(value)))[0]).toBe(401));
      await eventually(async () => expect((await events(id)).at(-1)).toMatchObject({ action: 'connection.given_back', outcome: 'success', actor: { kind: 'service', id: 'keys' }, details: { issuer: upstream.issuer, result: 'revoked', attempts: 1 } }));
      expect(await queued()).toEqual([]);

      // While it is away, and the process that was at it was killed.
      await connect(id);
      await connectAnn();
      const values = [(await valueOf(id))['value'], (await valueOf(id, { holder: 'user:ann' }))['value']];
      upstream.set({ takesNothingBack: true });
      expect((await keys.call(admin, 'DELETE', base)).body).toMatchObject({ status: 'revoked' });
      await eventually(() => expect(givenBack()).toHaveLength(3));
      await eventually(async () => expect(await keys.query('SELECT 1 FROM upstream_revocations WHERE connection_id = $1 AND attempts = 1 AND claim IS NULL', [id])).toHaveLength(2));
      expect(await queued()).toHaveLength(2);
      upstream.set({});
      await keys.query("UPDATE upstream_revocations SET claim = gen_random_uuid(), due_at = clock_timestamp() + interval '200 milliseconds' WHERE connection_id = $1", [id]);
      await eventually(async () => expect(await queued()).toEqual([]));
      for (const text of values) expect((await upstream.call(String(text)))[0]).toBe(401);
      expect((await events(id)).filter(({ action }) => action === 'connection.given_back').map(({ outcome, details }) => [outcome, details['attempts']])).toEqual([['success', 1], ['success', 2], ['success', 2]]);
      for (const place of await places(keys)) for (const text of [...values.map((text) => String(text).slice(7)), refreshToken]) expect(place.includes(text)).toBe(false);

      // Whose client has a secret is asked for it, and the connection that kept it is gone by then.
      const given = await make({ ...oauth, oauth: { issuer: upstream.issuer, clientId: knownClient.client_id, clientSecret: knownClient.client_secret } });
      expect(await connect(given['id'])).toMatchObject({ outcome: 'connected' });
      const last = String((await valueOf(given['id']))['value']);
      expect((await upstream.call(last))[0]).toBe(200);
      await keys.call(admin, 'DELETE', `${path}/${String(given['id'])}`);
      await eventually(async () => expect((await events(given['id'])).at(-1)).toMatchObject({ action: 'connection.given_back', details: { result: 'revoked' } }));
      expect((await upstream.call(last))[0]).toBe(401);
    });

    verifies('K11', 'can be one of a whole project, which its administrator makes', async () => {
      const { id } = await make({ ...oauth, per: 'project' });
      const base = `${path}/${String(id)}`;
      expect(await valueOf(id)).toEqual({ kind: 'missing', name: 'Tracker', ticket: null, id: null });
      expect((await keys.call(contributor, 'POST', `${base}/authorize`, {})).body).toMatchObject({ code: 'insufficient_role' });
      const ticket = await ticketFor(id, projectAdmin);
      const pat = { user: 'pat', browser: 'p' };
      expect(await ask({ connect: 'look', ticket, ...pat })).toMatchObject({ shared: true });
      expect(await finish(await upstream.agree(await sentTo(ticket, pat)), pat)).toMatchObject({ outcome: 'connected' });
      expect(await valueOf(id, { holder: null })).toMatchObject({ kind: 'value' });
      expect((await keys.call(viewer, 'GET', base)).body).toMatchObject({ status: 'connected' });
      await keys.call(admin, 'DELETE', base);
      expect(await valueOf(id)).toEqual({ kind: 'gone' });
    });

    verifies(['K11', 'G7'], 'lead back to addresses on the list of the connection, and to no others', async () => {
      const { id } = await make(oauth);
      expect((await keys.call(contributor, 'POST', `${path}/${String(id)}/authorize`, { redirectUri: 'https://app.example/back?x' })).body).toMatchObject({ status: 400, code: 'invalid_request' });
      expect(await valueOf(id, { redirectUri: 'https://evil.example' })).toEqual({ kind: 'redirect_refused' });
      const ticket = await ticketFor(id, contributor, { redirectUri: 'https://app.example/back' });
      expect(await finish(await upstream.agree(await sentTo(ticket)))).toMatchObject({ outcome: 'connected', returnTo: 'https://app.example/back' });
      await keys.call(contributor, 'DELETE', `${path}/${String(id)}/mine`);
      const missing = await valueOf(id, { redirectUri: 'com.example.app:/done', client: 'dyn-1' });
      expect(await ask({ connect: 'look', ticket: missing['ticket'], ...visitor })).toMatchObject({ client: 'dyn-1' });
      expect(await finish(await upstream.agree(await sentTo(String(missing['ticket']))))).toMatchObject({ returnTo: 'com.example.app:/done' });
    });

    verifies(['K11', 'K12'], 'static ones of users are each one’s own: given, replaced and taken back by nobody else', async () => {
      const { id } = await make({ per: 'user', value: undefined, server: 'tracker' });
      const mine = `${path}/${String(id)}/mine`;
      const version = newest(id)?.version ?? 0;
      expect((await keys.call(contributor, 'PUT', mine, { value: 'key-of-bob' })).body).toMatchObject({ status: 'connected', consistency: `feed.keys.connection.${String(id)}@${version + 1}` });
      expect((await keys.call(admin, 'PUT', mine, { value: 'key-of-ann' })).status).toBe(200);
      expect([(await valueOf(id))['value'], (await valueOf(id, { holder: 'user:ann' }))['value']]).toEqual(['key-of-bob', 'key-of-ann']);
      expect((await keys.call(contributor, 'DELETE', mine)).body).toMatchObject({ status: 'pending' });
      expect([(await valueOf(id))['kind'], (await valueOf(id, { holder: 'user:ann' }))['value']]).toEqual(['missing', 'key-of-ann']);
      const { ticket } = await valueOf(id);
      expect(await ask({ connect: 'give', ticket, value: 'typed-by-bob', ...visitor, user: 'ann' })).toEqual({ outcome: 'other_person' });
      expect(await ask({ connect: 'give', ticket, value: 'typed-by-bob', ...visitor })).toMatchObject({ outcome: 'connected' });
      expect(await ask({ connect: 'give', ticket, value: 'again', ...visitor })).toEqual({ outcome: 'gone' });
      expect((await valueOf(id))['value']).toBe('typed-by-bob');
      for (const [method, at, body] of [['PUT', mine, { value: 'x' }], ['DELETE', mine], ['POST', `${path}/${String(id)}/authorize`, {}]] as const) {
        for (const as of [stranger, outsider]) expect((await keys.call(as, method, at, body)).body).toMatchObject({ status: 404, code: 'not_found' });
        expect((await keys.call({ ...viewer, scope }, method, at, body)).body).toMatchObject({ code: 'insufficient_role' });
        expect((await keys.call({ ...contributor, scope: 'connections:read' }, method, at, body)).body).toMatchObject({ code: 'insufficient_scope' });
      }
    });

    verifies('K11', 'nothing of them is in an answer, a table, a log line, a feed record or an audit row, and a change of the master key takes them along', async () => {
      const { id } = await make(oauth);
      await connect(id);
      const [, refreshToken = ''] = /refresh_token=([^&]+)/.exec(upstream.to('/token').map(({ body }) => body).join('&')) ?? [];
      const { value } = await valueOf(id);
      const ticket = await ticketFor(id);
      const state = new URL(await sentTo(ticket)).searchParams.get('state') ?? '';
      const answers = JSON.stringify([await keys.call(contributor, 'GET', path), await keys.call(admin, 'GET', `${path}/${String(id)}`)]);
      for (const place of [...(await places(keys)), answers]) for (const text of [String(value).slice(7), refreshToken, ticket, state, 'typed-by-bob', 'key-of-ann']) expect([text.length > 5, place.includes(text)]).toEqual([true, false]);

      const [old, fresh] = [Buffer.alloc(32, 7), Buffer.alloc(32, 8)];
      const database = await connectPostgres({ url: keys.databaseUrl, schema: 'keys', entities: [], migrations: [] });
      try {
        await reencrypt(database, new Envelope(new LocalKeyEncryption([fresh, old])));
        const only = new Envelope(new LocalKeyEncryption([fresh]));
        const rows = await keys.query<{ id: string; org: string; sealed: Buffer }>('SELECT id, org, sealed FROM connection_credentials WHERE connection_id = $1', [id]);
        for (const { sealed, ...row } of rows) expect(JSON.parse((await only.open({ table: 'connection_credentials', ...row }, sealed)).toString())).toMatchObject({ value });
        const secrets = await keys.query<{ id: string; org: string; sealed: Buffer }>('SELECT id, org, sealed_client AS sealed FROM connections WHERE id = $1', [id]);
        for (const { sealed, ...row } of secrets) if (sealed !== null) await only.open({ table: 'connections', ...row }, sealed);
        expect([rows.length, secrets.length]).toEqual([1, 1]);
        // Back, for what comes after.
        await reencrypt(database, new Envelope(new LocalKeyEncryption([old, fresh])));
      } finally {
        await database.destroy();
      }
    });
  });

  describe('of end users', () => {
    const issuers = `${path}/issuers`;
    const body = { name: 'Our login', issuer: 'https://login.acme.example', jwksUri: 'https://login.acme.example/jwks', audience: 'latchkey' };

    verifies('G7', 'an organization says whose word it takes on them, until it does not; then what they had is wiped', async () => {
      const made = await keys.call(admin, 'POST', issuers, body);
      expect([made.status, made.body]).toMatchObject([201, { org: 'acme', status: 'active', issuer: body.issuer, consistency: expect.stringMatching(/^feed\.keys\.end_user_issuer\./) as string }]);
      const id = String(made.body['id']);
      expect((await keys.call(admin, 'POST', issuers, body)).body).toMatchObject({ status: 409, code: 'conflict' });
      for (const more of [{ jwksUri: 'ftp://x' }, { jwksUri: 'https://example.com/\0' }, { jwksUri: 'https://example.com/\ud800' }, { jwksUri: 'http://example.com/jwks' }, { issuer: '' }, { audience: 'a\nb' }, { surplus: 1 }]) expect((await keys.call(admin, 'POST', issuers, { ...body, ...more })).body).toMatchObject({ status: 400, code: 'invalid_request' });
      expect((await keys.call(projectAdmin, 'POST', issuers, body)).body).toMatchObject({ code: 'insufficient_role' });
      expect((await keys.call(projectAdmin, 'GET', issuers)).body).toMatchObject({ code: 'insufficient_role' });
      expect((await keys.call({ ...admin, scope: 'connections:read' }, 'POST', issuers, body)).body).toMatchObject({ code: 'insufficient_scope' });
      expect((await keys.call(admin, 'GET', issuers)).body.items).toMatchObject([{ id, status: 'active' }]);
      expect((await keys.call(stranger, 'GET', issuers)).body.items).toEqual([]);
      for (const no of [id, unknownId, 'x']) expect((await keys.call(stranger, 'DELETE', `${issuers}/${no}`)).body).toMatchObject({ status: 404, code: 'not_found' });

      const end = { ...contributor, end_user: { issuer: id, sub: 'eva' } };
      const { id: connection } = await make({ per: 'user', value: undefined });
      const mine = `${path}/${String(connection)}/mine`;
      expect((await keys.call(end, 'PUT', mine, { value: 'key-of-eva' })).status).toBe(200);
      const holder = `end:${id}:eva`;
      expect((await internal({ connection, holder })).body).toMatchObject({ value: 'key-of-eva' });
      for (const other of [`end:${id}:udo`, 'user:bob', `user:${holder}`]) expect((await internal({ connection, holder: other })).body).toMatchObject({ kind: 'missing' });
      expect((await keys.call(end, 'GET', `${path}/${String(connection)}`)).body).toMatchObject({ status: 'connected' });
      expect((await keys.call(contributor, 'GET', `${path}/${String(connection)}`)).body).toMatchObject({ status: 'pending' });
      // Their browser is all that we know of them, from the page to the end.
      const url = String((await keys.call(end, 'POST', `${path}/${String(connection)}/authorize`, {})).body['url']);
      const look = { connect: 'look', ticket: url.slice(-43), user: null };
      expect(await feed.ask('ask.keys', { ...look, browser: 'b' }, 5000)).toMatchObject({ outcome: 'open', known: false });

      const revoked = await keys.call(admin, 'DELETE', `${issuers}/${id}`);
      expect(revoked.body).toMatchObject({ status: 'revoked', revokedAt: expect.any(String) as string });
      expect((await keys.call(admin, 'DELETE', `${issuers}/${id}`)).body['revokedAt']).toBe(revoked.body['revokedAt']);
      expect((await internal({ connection, holder })).body).toMatchObject({ kind: 'missing' });
      expect(await feed.ask('ask.keys', { ...look, browser: 'b' }, 5000)).toEqual({ outcome: 'gone' });
      expect((await events(id)).map(({ action }) => action)).toEqual(['end_user_issuer.registered', 'end_user_issuer.revoked']);
      expect((await keys.call(admin, 'POST', issuers, body)).status).toBe(201);
    });
  });
});
