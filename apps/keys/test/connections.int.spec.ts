import type { AuditEvent } from '@latchkey/contracts';
import { identityHeader } from '@latchkey/contracts';
import { InProcessFeed } from '@latchkey/feed';
import { verifies } from '@latchkey/testing';
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
  let serverUrl = 'http://127.0.0.1:9/mcp';
  beforeAll(async () => {
    // Identity's part: it knows one server.
    await feed.answer('ask.identity', (question) => {
      const { server } = question as { server?: string };
      return Promise.resolve({ server: server === 'demo' ? { org: 'acme', project: 'prod', url: serverUrl } : null });
    });
    keys = await KeysFixture.start({ feed });
    keys.clock.advance(Date.now() - keys.clock.nowMs());
    await keys.follow();
  }, 60_000);
  afterAll(() => keys.stop());

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
    expect(newest(id)).toMatchObject({ version: 1, record: { kind: 'connection', org: 'acme', project: 'prod', server: 'demo', per: 'project', origin: 'http://127.0.0.1:9', revokedAt: null } });
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
      { kind: 'other' }, { project: 'Prod' }, { surplus: 1 }, { redirectUris: ['javascript:alert(1)'] }, { redirectUris: ['https://a.example/#x'] }, { redirectUris: ['/relative'] },
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

});
