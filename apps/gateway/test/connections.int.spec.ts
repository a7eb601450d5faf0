import { randomUUID } from 'node:crypto';
import { connectionValueAskSchema, type AuditEvent, type ConnectionRecord, type ConnectionValueAnswer, type ConnectionValueAsk, type EndUserIssuerRecord } from '@latchkey/contracts';
import { InProcessTrail } from '@latchkey/feed';
import { eventually, verifies } from '@latchkey/testing';
import { decodeJwt, exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { open } from './support/send.ts';
import { answerJson, type Received } from './support/upstream.ts';
import { bearer, call, startWorld, type World } from './support/world.ts';

const value = (text: string, version = 1, more: object = {}): ConnectionValueAnswer => ({ kind: 'value', version, header: 'x-api-key', value: text, expiresAt: null, ...more });

/** Real gateway and real upstream; the key service's part is played, as the feed's is. */
describe('what the gateway itself shows to a server', () => {
  const trail = new InProcessTrail();
  const told: AuditEvent[] = [];
  let world: World;
  let asked: ConnectionValueAsk[] = [];
  let answer: (question: ConnectionValueAsk) => ConnectionValueAnswer | null = () => null;
  /** What the server takes; undefined: anything */
  let takes: string | undefined;

  beforeAll(async () => {
    await trail.consume(({ payload }) => Promise.resolve(void told.push(...(payload as AuditEvent[]))));
    world = await startWorld({ trail, env: { LATCHKEY_FRESHNESS_BOUND_MS: '1000', LATCHKEY_FRESHNESS_BOUND_WRITE_MS: '1000' } });
    world.upstream.handle = (exchange) => {
      const { url, headers, body, response } = exchange;
      if (url !== '/internal/connection-value') {
        if (takes !== undefined && headers['x-api-key'] !== takes) return void response.writeHead(401, { 'www-authenticate': 'Bearer' }).end();
        return answerJson(exchange);
      }
      asked.push(connectionValueAskSchema.parse(JSON.parse(body)));
      expect(decodeJwt(String(headers['latchkey-identity']))).toMatchObject({ sub: 'http://gateway.test', credential: { kind: 'gateway' } });
      const given = answer(asked.at(-1)!);
      response.writeHead(given === null ? 500 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(given));
    };
  });
  afterAll(() => world.close());
  beforeEach(() => {
    [asked, takes] = [[], undefined];
    told.splice(0);
  });

  const calls = (): Received[] => world.upstream.received.filter(({ url }) => url === '/mcp');
  const publish = async (more: Partial<ConnectionRecord> = {}): Promise<ConnectionRecord> => {
    const record: ConnectionRecord = {
      kind: 'connection', id: randomUUID(), org: 'acme', project: 'main', server: 'demo', per: 'project', origin: world.upstream.origin, createdAt: 100, revokedAt: null, ...more,
    };
    await world.publish(record);
    return record;
  };
  const revoke = (record: ConnectionRecord): Promise<void> => world.publish({ ...record, revokedAt: 200 });
  const post = async (more: Record<string, string> = {}, body: object = call()) => world.post(body, { ...bearer((await world.pat()).token), ...more });

  verifies(['G7', 'K11'], 'is in the request upstream, asked for once, and forgotten when the feed tells of a change', async () => {
    const record = await publish();
    answer = () => value('first');
    for (let time = 0; time < 3; time += 1) expect((await post()).status).toBe(200);
    expect(calls().slice(-3).map(({ headers }) => headers['x-api-key'])).toEqual(['first', 'first', 'first']);
    expect(asked).toEqual([{ connection: record.id, holder: null, client: null, redirectUri: null, refused: null }]);
    // The caller's own credential is still nowhere, and neither is the value in log or audit row.
    expect(calls().at(-1)?.headers).not.toHaveProperty('authorization');
    answer = () => value('second', 2);
    await world.publish(record);
    expect((await post()).status).toBe(200);
    expect(calls().at(-1)?.headers['x-api-key']).toBe('second');
    await revoke(record);
    expect((await post({ 'x-api-key': 'of the caller' })).status).toBe(200);
    expect(calls().at(-1)?.headers).not.toHaveProperty('x-api-key');
    await eventually(() => expect(told.filter(({ details }) => details['connection'] === record.id)).toHaveLength(4));
    expect(`${world.log()}${JSON.stringify(told)}`).not.toMatch(/"first|"second/);
  });

  verifies('G7', 'is the older one of two that were made within one second', async () => {
    // Their ids are by chance; of the two orders one would be wrong by the second alone.
    for (const [first, second] of [['a', 'b'], ['b', 'a']] as const) {
      const ids = { a: `0${randomUUID().slice(1)}`, b: `f${randomUUID().slice(1)}` };
      const made = [await publish({ id: ids[first], createdAtMs: 100_200 }), await publish({ id: ids[second], createdAtMs: 100_700 })];
      answer = ({ connection }) => value(connection);
      await post();
      expect(calls().at(-1)?.headers['x-api-key']).toBe(ids[first]);
      await Promise.all(made.map(revoke));
    }
  });

  verifies('G7', 'is what X-Credential-Id names, of this server and project only', async () => {
    const [first, second] = [await publish(), await publish({ createdAt: 101 })];
    const foreign = [await publish({ org: 'globex' }), await publish({ project: 'other' }), await publish({ server: 'another' })];
    answer = ({ connection }) => value(connection);
    await post();
    expect(calls().at(-1)?.headers['x-api-key']).toBe(first.id);
    await post({ 'x-credential-id': second.id });
    expect(calls().at(-1)?.headers['x-api-key']).toBe(second.id);
    const before = calls().length;
    for (const id of [...foreign.map((record) => record.id), randomUUID(), 'x']) {
      const refused = await post({ 'x-credential-id': id });
      expect([refused.status, refused.json]).toMatchObject([404, { error: { data: { code: 'not_found' } } }]);
    }
    expect(calls().length).toBe(before);
    for (const record of [first, second, ...foreign]) await revoke(record);
  });

  verifies('K11', 'goes to the place that it was made for and to no other', async () => {
    const record = await publish({ origin: 'http://127.0.0.1:1' });
    answer = () => value('secret');
    const refused = await post();
    expect([refused.status, refused.json]).toMatchObject([502, { error: { data: { code: 'upstream_unavailable' } } }]);
    expect(asked).toEqual([]);
    await revoke(record);
  });

  verifies(['GW-83', 'K11'], 'is asked for once more when the server refuses it, and a second refusal is 502', async () => {
    const record = await publish();
    takes = 'new';
    answer = ({ refused }) => (refused === null ? value('old') : value('new', 2));
    expect((await post()).status).toBe(200);
    expect(asked.map(({ refused }) => refused)).toEqual([null, 1]);
    answer = () => value('neither', 3);
    await world.publish(record);
    asked = [];
    expect((await post()).status).toBe(502);
    expect((await post()).status).toBe(502);
    expect(asked.map(({ refused }) => refused)).toEqual([null, 3]);
    await revoke(record);
  });

  describe('where an authorization server gave it', () => {
    const bearerValue = (text: string, version = 1): ConnectionValueAnswer => value(text, version, { oauth: true });
    const missing = (why: object): ConnectionValueAnswer => ({ kind: 'missing', name: 'Tracker', id: 'flow-2', ticket: 'another-ticket', why }) as ConnectionValueAnswer;
    const url = 'http://issuer.test/connect/another-ticket';
    const lacking = missing({ lack: 'scopes', scopes: ['write', 'admin'] });
    /** What the server says to a token that is not the one it wants */
    let challenge: string | undefined;
    let record: ConnectionRecord;
    let before: World['upstream']['handle'];
    beforeAll(() => {
      before = world.upstream.handle;
      world.upstream.handle = (exchange) => {
        const { url: at, headers, response } = exchange;
        if (at !== '/mcp' || challenge === undefined || headers['x-api-key'] === 'wide') return before(exchange);
        response.writeHead(403, { 'content-type': 'application/json', 'www-authenticate': challenge }).end(JSON.stringify({ jsonrpc: '2.0', id: 1, error: { code: -32003, message: 'of the upstream' } }));
      };
    });
    afterAll(() => { world.upstream.handle = before; });
    beforeEach(async () => {
      challenge = 'Bearer error="insufficient_scope", scope="write admin", resource_metadata="https://x.example"';
      record = await publish({ per: 'user' });
    });
    afterEach(() => revoke(record));
    const modern = { headers: { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'add' }, body: { jsonrpc: '2.0', id: 7, method: 'tools/call', params: { name: 'add', arguments: {}, _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': { elicitation: { url: {} } } } } } };

    verifies(['CT-05', 'G7'], 'a demand for more scopes has the caller asked in the words of their era, and the wider value shown when there is one', async () => {
      answer = ({ wanted }) => (wanted === undefined ? bearerValue('narrow') : lacking);
      const told = await post();
      expect([told.status, told.json]).toMatchObject([200, { id: 1, error: { code: -32042, data: { code: 'connection_required', elicitations: [{ mode: 'url', url, message: expect.stringContaining('write admin') as string }] } } }]);
      expect(JSON.stringify(told.json)).toContain(`Connect anew at ${url}`);
      const asking = await post(modern.headers, modern.body);
      expect([asking.status, asking.json]).toMatchObject([200, { id: 7, result: { resultType: 'input_required', inputRequests: { 'latchkey-connection': { params: { url } } } } }]);
      const { token } = await world.pat({ scopes: ['workflow:read', 'workflow:run'] });
      const refused = await world.post({}, bearer(token), '/v1/tools/demo/add');
      expect([refused.status, refused.json]).toMatchObject([403, { code: 'connection_required', detail: expect.stringContaining('write admin') as string }]);
      expect(asked.filter(({ wanted }) => wanted !== undefined)).toEqual([{ connection: record.id, holder: 'user:user-1', client: null, redirectUri: null, refused: 1, wanted: ['write', 'admin'] }]);
      expect(told.headers).not.toHaveProperty('www-authenticate');
      // The person has agreed, and this gateway has not heard of it.
      answer = ({ wanted }) => (wanted === undefined ? bearerValue('narrow') : bearerValue('wide', 2));
      await world.publish(record);
      expect((await post()).status).toBe(200);
      expect(calls().at(-1)?.headers['x-api-key']).toBe('wide');
    });

    verifies('CT-05', 'a demand that nobody can agree to is 502, and a 403 about something else is the upstream’s answer', async () => {
      answer = () => bearerValue('narrow');
      const vain = await post();
      expect([vain.status, vain.json]).toMatchObject([502, { error: { data: { code: 'upstream_unavailable' } } }]);
      const sent = asked.length;
      for (const other of ['Bearer error="access_denied", scope="write"', 'Bearer error="insufficient_scope"', 'Basic realm="x"']) {
        challenge = other;
        const passed = await post();
        expect([passed.status, passed.json]).toMatchObject([403, { error: { message: 'of the upstream' } }]);
      }
      expect(asked.length).toBe(sent);
      // What an administrator typed in has no scopes that anybody could add.
      challenge = 'Bearer error="insufficient_scope", scope="write"';
      answer = () => value('typed in');
      await world.publish(record);
      expect((await post()).json).toMatchObject({ error: { message: 'of the upstream' } });
    });

    verifies(['CT-05', 'GW-83'], 'a refusal of what was renewed is told to keys, and the person is asked to look', async () => {
      challenge = undefined;
      takes = 'neither';
      answer = ({ refused, refusedAgain }) => (refusedAgain === true || refused === 2 ? missing({ lack: 'refused' }) : refused === 1 ? bearerValue('renewed', 2) : bearerValue('old'));
      const refused = await post();
      expect(refused.json).toMatchObject({ error: { code: -32042, message: expect.stringContaining('does not take the connection') as string, data: { elicitations: [{ url }] } } });
      expect(asked.map(({ refused: version, refusedAgain }) => [version, refusedAgain])).toEqual([[null, undefined], [1, undefined], [2, true]]);
    });
  });

  verifies(['K11', 'GW-63'], 'ends with its connection: a stream that was opened with it is cut, and one that was not goes on', async () => {
    const [record, other] = [await publish(), await publish({ createdAt: 101 })];
    answer = () => value('of a stream');
    const before = world.upstream.handle;
    world.upstream.handle = (exchange) => (exchange.url === '/mcp' ? void exchange.response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': hello\n\n') : before(exchange));
    try {
      const headers = { ...bearer((await world.pat()).token), 'content-type': 'application/json', accept: 'text/event-stream' };
      const openStream = (more: object) => open(world.mcp, { headers: { ...headers, ...more }, body: call() });
      const [cut, kept] = [await openStream({}), await openStream({ 'x-credential-id': other.id })];
      const ended = new Promise((resolve) => void cut.response.once('close', resolve).resume());
      kept.response.resume();
      await world.publish(record);
      expect(cut.response.closed).toBe(false);
      await revoke(record);
      await ended;
      expect(kept.response.closed).toBe(false);
      kept.abort();
    } finally {
      world.upstream.handle = before;
      await revoke(other);
    }
  });

  describe('where each user has one of their own', () => {
    const missing = { kind: 'missing', name: 'Tracker', id: 'flow-1', ticket: 'a-ticket' } as const;
    const url = 'http://issuer.test/connect/a-ticket';
    const modern = (elicitation: object, method = 'tools/call') => ({
      headers: { 'mcp-protocol-version': '2026-07-28', 'mcp-method': method, ...(method === 'tools/call' ? { 'mcp-name': 'add' } : {}) },
      body: { jsonrpc: '2.0', id: 7, method, params: { ...(method === 'tools/call' ? { name: 'add', arguments: {} } : {}), _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': { elicitation } } } },
    });
    let record: ConnectionRecord;
    beforeAll(async () => { record = await publish({ per: 'user' }); });
    afterAll(() => revoke(record));
    beforeEach(() => world.publish(record));

    verifies('G7', 'it is asked for in that user’s name, and for each on their own', async () => {
      await world.publish({ kind: 'member', user: 'user-2', memberships: [{ org: 'acme', role: 'member', projects: { main: 'contributor' }, epoch: null }] });
      await world.publish({ kind: 'user', id: 'user-2', disabled: false, epoch: null });
      answer = ({ holder }) => value(String(holder));
      await post();
      expect(calls().at(-1)?.headers['x-api-key']).toBe('user:user-1');
      const { token } = await world.pat({ owner: 'user-2' });
      await world.post(call(), bearer(token));
      expect(calls().at(-1)?.headers['x-api-key']).toBe('user:user-2');
      await world.post(call(), bearer(await world.jwt()));
      expect(asked.map(({ holder, client }) => [holder, client])).toEqual([['user:user-1', null], ['user:user-2', null], ['user:user-1', 'client-1']]);
    });

    verifies('G7', 'a legacy client is told where to make a missing one, in the error that it knows for that', async () => {
      answer = () => missing;
      const refused = await post();
      expect([refused.status, refused.json]).toMatchObject([200, { id: 1, error: { code: -32042, data: { code: 'connection_required', elicitations: [{ mode: 'url', elicitationId: 'flow-1', url }] } } }]);
      expect(JSON.stringify(refused.json)).toContain(`Make it at ${url}`);
    });

    verifies('G7', 'a modern client that opens URLs is asked to, and its answer to that does not go upstream', async () => {
      answer = () => missing;
      const { headers, body } = modern({ url: {} });
      const asking = await post(headers, body);
      expect([asking.status, asking.json]).toMatchObject([200, { id: 7, result: { resultType: 'input_required', inputRequests: { 'latchkey-connection': { method: 'elicitation/create', params: { mode: 'url', url } } } } }]);
      answer = () => value('there');
      await world.publish(record);
      const again = { ...body, params: { ...body.params, inputResponses: { 'latchkey-connection': { action: 'accept' } } } };
      expect((await post(headers, again)).status).toBe(200);
      expect(calls().at(-1)?.body).not.toContain('latchkey-connection');
      const others = { ...body, params: { ...body.params, inputResponses: { mine: { action: 'accept' }, 'latchkey-connection': { action: 'accept' } } } };
      expect((await post(headers, others)).status).toBe(200);
      expect(JSON.parse(calls().at(-1)!.body)).toMatchObject({ params: { inputResponses: { mine: { action: 'accept' } } } });
    });

    it('every other client reads the URL in the words of the error', async () => {
      answer = () => missing;
      for (const { headers, body } of [modern({}), modern({ url: {} }, 'tools/list')]) {
        const refused = await post(headers, body);
        expect([refused.status, refused.json]).toMatchObject([403, { error: { data: { code: 'connection_required' } } }]);
        expect(JSON.stringify(refused.json)).toContain(url);
      }
    });

    verifies(['G7', 'G11'], 'over REST the problem names the URL', async () => {
      answer = () => missing;
      const { token } = await world.pat({ scopes: ['workflow:read', 'workflow:run'] });
      const refused = await world.post({}, bearer(token), '/v1/tools/demo/add');
      expect([refused.status, refused.json]).toMatchObject([403, { code: 'connection_required', detail: expect.stringContaining(url) as string }]);
    });

    verifies('G7', 'the project’s takes its place where there is one', async () => {
      const shared = await publish();
      answer = ({ holder }) => (holder === null ? value('of the project') : missing);
      expect((await post()).status).toBe(200);
      expect(calls().at(-1)?.headers['x-api-key']).toBe('of the project');
      await revoke(shared);
    });

    it('a service key has none, and is told so', async () => {
      answer = () => value('never');
      const { token } = await world.pat({ service: true, owner: 'svc_x' });
      const refused = await world.post(call(), { ...bearer(token), 'x-credential-id': record.id });
      expect([refused.status, refused.json]).toMatchObject([403, { error: { data: { code: 'connection_required' } } }]);
      expect(asked).toEqual([]);
    });
  });

  describe('for end users of the organization’s own issuer', () => {
    const issuer = 'https://login.acme.example';
    let record: EndUserIssuerRecord;
    let connection: ConnectionRecord;
    let key: CryptoKey;
    let jwks: object | null;
    let fetched = 0;
    beforeAll(async () => {
      const pair = await generateKeyPair('ES256');
      key = pair.privateKey;
      jwks = { keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'e1', alg: 'ES256' }] };
      const before = world.upstream.handle;
      world.upstream.handle = (exchange) => {
        if (!exchange.url.startsWith('/jwks')) return before(exchange);
        fetched += 1;
        exchange.response.writeHead(jwks === null ? 500 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(jwks));
      };
      record = { kind: 'end_user_issuer', id: randomUUID(), org: 'acme', issuer, jwksUri: `${world.upstream.origin}/jwks`, audience: 'latchkey', revokedAt: null };
      await world.publish(record);
      connection = await publish({ per: 'user' });
    });
    afterAll(() => revoke(connection));

    const token = (sub: string, claims: object = {}, by = key): Promise<string> =>
      new SignJWT({ iss: issuer, aud: 'latchkey', sub, exp: Math.floor(Date.now() / 1000) + 300, ...claims }).setProtectedHeader({ alg: 'ES256', kid: 'e1' }).sign(by);

    verifies('G7', 'each has a connection, a budget, a session and lines in the log of their own', async () => {
      answer = ({ holder }) => value(String(holder));
      const pat = bearer((await world.pat({ rateLimit: { limit: 2, windowSeconds: 3600 } })).token);
      const as = async (sub: string) => world.post(call(), { ...pat, 'x-user-token': await token(sub) });
      for (const sub of ['eva', 'eva', 'udo', 'udo']) {
        expect((await as(sub)).status).toBe(200);
        expect(calls().at(-1)?.headers['x-api-key']).toBe(`end:${record.id}:${sub}`);
        // Whoever serves us learns nothing of them, and nobody the token.
        expect(calls().at(-1)?.headers).not.toHaveProperty('x-user-token');
      }
      expect((await as('eva')).status).toBe(429);
      expect((await world.post(call(), pat)).status).toBe(200);
      expect(fetched).toBe(1);
      expect(new Set(asked.map(({ holder }) => holder))).toEqual(new Set([`end:${record.id}:eva`, `end:${record.id}:udo`, 'user:user-1']));
      await eventually(() => expect(told.flatMap(({ details }) => details['endUser'] ?? [])).toEqual(expect.arrayContaining(['eva', 'udo'])));
      expect(world.log()).not.toContain((await token('eva')).slice(0, 100));

      const initialize = { jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } } };
      const own = bearer((await world.pat()).token);
      const before = world.upstream.handle;
      world.upstream.handle = (exchange) => {
        if (exchange.url !== '/mcp' || exchange.headers['mcp-session-id'] !== undefined) return before(exchange);
        exchange.response.writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': 'session-of-eva' }).end(JSON.stringify({ jsonrpc: '2.0', id: 1, result: {} }));
      };
      const session = String((await world.post(initialize, { ...own, 'x-user-token': await token('eva') })).headers['mcp-session-id']);
      world.upstream.handle = before;
      const inSession = async (more: Record<string, string>) => (await world.post(call(), { ...own, 'mcp-session-id': session, 'mcp-protocol-version': '2025-11-25', ...more })).status;
      expect([await inSession({ 'x-user-token': await token('eva') }), await inSession({ 'x-user-token': await token('udo') }), await inSession({})]).toEqual([200, 404, 404]);
    });

    verifies('G7', 'a service key acts for them too, and keys is told for whom it is asked', async () => {
      answer = ({ holder }) => value(String(holder));
      const service = bearer((await world.pat({ service: true, owner: 'svc_x', scopes: ['mcp:execute', 'connections:write'] })).token);
      expect((await world.post(call(), { ...service, 'x-user-token': await token('eva') })).status).toBe(200);
      expect(calls().at(-1)?.headers['x-api-key']).toBe(`end:${record.id}:eva`);
      await world.post({}, { ...service, 'x-user-token': await token('eva') }, '/v1/connections/x/authorize');
      const asserted = world.upstream.received.filter(({ url }) => url === '/v1/connections/x/authorize').at(-1);
      expect(decodeJwt(String(asserted?.headers['latchkey-identity']))).toMatchObject({ end_user: { issuer: record.id, sub: 'eva' } });
    });

    verifies('G7', 'nothing is believed that is not of a registered issuer, for its audience, and in time; and it is never the caller’s 401', async () => {
      const other = await generateKeyPair('ES256');
      const bad = [
        'x', 'a.b.c', await token('eva', {}, other.privateKey), await token('eva', { iss: 'https://other.example' }), await token('eva', { aud: 'another' }), await token('eva', { aud: undefined }),
        await token('eva', { exp: 1 }), await token('eva', { exp: undefined }), await token('eva', { nbf: Math.floor(Date.now() / 1000) + 600 }), await token(''), await token('a\nb'), await token('x'.repeat(300)),
      ];
      const before = calls().length;
      for (const text of bad) {
        const refused = await post({ 'x-user-token': text });
        expect([refused.status, refused.json]).toMatchObject([400, { code: 'invalid_request' }]);
      }
      expect(calls().length).toBe(before);
      // Of another organization, whoever registered it there.
      const { token: foreign } = await world.pat({ org: 'globex', owner: 'user-1' });
      await world.publish({ kind: 'org', id: 'globex', disabled: false, epoch: null });
      expect((await world.post(call(), { ...bearer(foreign), 'x-user-token': await token('eva') })).status).not.toBe(200);
    });

    verifies('G7', 'an issuer whose keys cannot be had is no fault of the token, and one that was revoked is believed no more', async () => {
      const slow: EndUserIssuerRecord = { ...record, id: randomUUID(), issuer: 'https://slow.example', jwksUri: `${world.upstream.origin}/jwks2` };
      await world.publish(slow);
      const held = jwks;
      jwks = null;
      const away = await post({ 'x-user-token': await token('eva', { iss: slow.issuer }) });
      expect([away.status, away.json]).toMatchObject([503, { code: 'upstream_unavailable' }]);
      jwks = held;
      answer = ({ holder }) => value(String(holder));
      expect((await post({ 'x-user-token': await token('eva', { iss: slow.issuer }) })).status).toBe(200);
      const known = await token('eva', { iss: slow.issuer });
      expect((await post({ 'x-user-token': known })).status).toBe(200);
      await world.publish({ ...slow, revokedAt: 1 });
      expect((await post({ 'x-user-token': known })).status).toBe(400);
    });
  });

  verifies('K11', 'is not what was held before while nobody can say whether it changed, and nothing where keys does not answer', async () => {
    await publish();
    answer = () => value('held');
    expect((await post()).status).toBe(200);
    world.writers.keys.frozen = true;
    try {
      const token = bearer(await world.jwt());
      await eventually(async () => {
        asked = [];
        expect((await world.post(call(), token)).status).toBe(200);
        expect(asked).toHaveLength(1);
      }, { timeoutMs: 10_000 });
      answer = () => null;
      const refused = await world.post(call(), token);
      expect([refused.status, refused.json]).toMatchObject([503, { error: { data: { code: 'upstream_unavailable' } } }]);
    } finally {
      world.writers.keys.frozen = false;
      world.writers.keys.stop();
    }
  });
});
