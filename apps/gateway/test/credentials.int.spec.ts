import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { InProcessTrail } from '@latchkey/feed';
import { mintToken } from '@latchkey/token';
import { eventually, verifies } from '@latchkey/testing';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { send } from './support/send.ts';
import { bearer, call, issuer, startWorld, type World } from './support/world.ts';

const metadata = 'http://gateway.test/.well-known/oauth-protected-resource/mcp/demo';
const bare = `Bearer resource_metadata="${metadata}", scope="mcp:read mcp:execute"`;
const invalid = `Bearer error="invalid_token", error_description="The access token is not valid here", resource_metadata="${metadata}", scope="mcp:read mcp:execute"`;

describe('credentials at the gateway', () => {
  let world: World;
  beforeAll(async () => { world = await startWorld(); });
  afterAll(() => world.close());
  afterEach(() => { world.upstream.received.splice(0); });

  const refusal = async (token: string) => {
    const { status, json, headers } = await world.post(call(), bearer(token));
    return { status, code: json.code as string, challenge: headers['www-authenticate'] };
  };

  verifies('G1', 'a PAT and an access token call the same tool, from local state alone', async () => {
    const { token } = await world.pat();
    for (const credential of [token, await world.jwt()]) {
      const { status, json } = await world.post(call(), bearer(credential));
      expect([status, json.result.content[0].text]).toEqual([200, 'called add']);
    }
  });

  verifies('I5', 'an access token that is kept to projects reaches the servers of these, and no others', async () => {
    expect((await world.post(call(), bearer(await world.jwt({ projects: ['main'] })))).status).toBe(200);
    for (const projects of [['lab'], []]) {
      const { status, json } = await world.post(call(), bearer(await world.jwt({ projects })));
      expect([projects, status, json.error.message]).toEqual([projects, 403, 'The credential belongs to another organization or project']);
    }
    for (const projects of ['main', [7], null, { main: true }]) expect([projects, (await refusal(await world.jwt({ projects }))).code]).toEqual([projects, 'token_malformed']);
  });

  verifies('GW-30', 'without a credential the challenge names the metadata and the scopes, and no error', async () => {
    for (const headers of [{}, { authorization: 'Basic abc' }, { cookie: 'session=1' }] as Record<string, string>[]) {
      const { status, json, headers: answered } = await world.post(call(), headers);
      expect({ status, code: json.code, type: answered['content-type'], challenge: answered['www-authenticate'] }).toEqual({
        status: 401, code: 'token_missing', type: 'application/problem+json', challenge: bare,
      });
    }
    expect(world.upstream.received).toHaveLength(0);
  });

  verifies(['GW-31', 'GW-21'], 'a bad PAT is 401 with one wording in the header and its own code in the body', async () => {
    const now = Math.floor(Date.now() / 1000);
    const good = (await world.pat()).token;
    const last = good.at(-1) === 'a' ? 'b' : 'a';
    const tokens: [string, string][] = [
      [(await world.pat({ revokedAt: now })).token, 'token_revoked'],
      [(await world.pat({ expiresAt: now - 1 })).token, 'token_expired'],
      [good.slice(0, -1) + last, 'token_malformed'],
      [mintToken().token, 'token_unknown'],
      [(await world.pat({ owner: 'nobody' })).token, 'owner_disabled'],
      ['sk-something-else', 'token_malformed'],
    ];
    for (const [token, code] of tokens) expect(await refusal(token)).toEqual({ status: 401, code, challenge: invalid });
    expect(world.upstream.received).toHaveLength(0);
  });

  verifies('K8', 'a key that is bound to addresses is refused from any other, whatever a caller says of itself', async () => {
    const { token } = await world.pat({ allowedIps: ['203.0.113.0/24', '2001:db8::/32'] });
    const claims: Record<string, string>[] = [{}, { 'x-forwarded-for': '203.0.113.7' }, { forwarded: 'for=203.0.113.7' }];
    for (const claim of claims) {
      const { status, json } = await world.post(call(), { ...bearer(token), ...claim });
      expect([status, json.error.data.code]).toEqual([403, 'ip_not_allowed']);
      const managed = await send(`${world.url}/v1/pats`, { method: 'GET', headers: { ...bearer(token), ...claim } });
      expect([managed.status, managed.json.code]).toEqual([403, 'ip_not_allowed']);
    }
    expect(world.upstream.received).toHaveLength(0);
    expect((await world.post(call(), bearer((await world.pat({ allowedIps: ['127.0.0.0/8'] })).token))).status).toBe(200);
  });

  verifies('K6', 'one record ends every key that it concerns, minted until then, and no other', async () => {
    const at = 1_700_000_000;
    const inProd = { grants: [{ resource: 'org/acme/project/main/server/demo', actions: ['read' as const, 'write' as const] }] };
    const epoch = (more: object) => ({ kind: 'key_epoch' as const, id: JSON.stringify(more), org: 'acme', owner: null, project: null, epoch: at, ...more });
    const outcome = async (token: string) => {
      const { status, json } = await world.post(call(), bearer(token));
      return status === 200 ? 'lives' : (json.code as string);
    };
    const before = await world.pat({ ...inProd, mintedAt: at });
    const after = await world.pat({ ...inProd, mintedAt: at + 1 });
    const anywhere = await world.pat({ mintedAt: at });
    await world.publish(epoch({ org: 'globex' }));
    await world.publish(epoch({ owner: 'user-2' }));
    await world.publish(epoch({ project: 'other' }));
    await world.publish(epoch({ project: 'main', owner: 'user-2' }));
    for (const { token } of [before, after, anywhere]) expect(await outcome(token)).toBe('lives');
    await world.publish(epoch({ project: 'main' }));
    await eventually(async () => expect(await outcome(before.token)).toBe('token_revoked'));
    expect([await outcome(after.token), await outcome(anywhere.token)]).toEqual(['lives', 'lives']);
    const cut = await world.jwt({ gid: undefined, sid: undefined, src: { kind: 'pat', id: anywhere.record.id, iat: at } });
    expect(await outcome(cut)).toBe('lives');
    await world.publish(epoch({ owner: 'user-1' }));
    await eventually(async () => expect(await outcome(anywhere.token)).toBe('token_revoked'));
    expect([await outcome(after.token), await outcome(cut)]).toEqual(['lives', 'token_revoked']);
    // An epoch never goes back, whatever a writer that was set back says.
    await world.publish(epoch({ owner: 'user-1', epoch: at - 1 }));
    await world.publish(epoch({ org: 'acme', epoch: at + 1 }));
    await eventually(async () => expect(await outcome(after.token)).toBe('token_revoked'));
    expect(await outcome(anywhere.token)).toBe('token_revoked');
  });

  verifies('K12', 'a service key needs no member, keeps to what it was given, and ends with its organization', async () => {
    const minted = mintToken('lk_svc_');
    const owner = `svc_${minted.publicId}`;
    const { record } = await world.pat({ id: minted.publicId, hash: minted.hash, owner, service: true, scopes: ['mcp:execute'], tools: ['demo:add'] });
    const answer = await world.post(call(), bearer(minted.token));
    expect([answer.status, answer.json.result?.content[0].text]).toEqual([200, 'called add']);
    expect((await world.post(call('delete_all'), bearer(minted.token))).json.error.message).toBe('Unknown tool: delete_all');
    const cut = await world.jwt({ sub: owner, gid: undefined, sid: undefined, scope: 'mcp:execute', tools: ['demo:add'], src: { kind: 'pat', id: record.id, iat: record.mintedAt } });
    expect((await world.post(call(), bearer(cut))).status).toBe(200);
    // Its name alone is worth nothing: neither as the owner of another key, nor in a token that was not cut from it.
    expect((await refusal((await world.pat({ owner })).token)).code).toBe('owner_disabled');
    expect((await refusal(await world.jwt({ sub: owner }))).code).toBe('owner_disabled');
    const other = mintToken('lk_svc_');
    await world.publish({ ...record, id: other.publicId, hash: other.hash, owner: `svc_${other.publicId}`, org: 'nowhere' });
    expect((await refusal(other.token)).code).toBe('owner_disabled');
    await world.publish({ kind: 'org', id: 'acme', disabled: true, epoch: null });
    await eventually(async () => expect((await refusal(minted.token)).code).toBe('owner_disabled'));
    await world.publish({ kind: 'org', id: 'acme', disabled: false, epoch: null });
    await eventually(async () => expect((await world.post(call(), bearer(minted.token))).status).toBe(200));
  });

  verifies('GW-31', 'the same for access tokens', async () => {
    const stranger = await generateKeyPair('ES256');
    const forged = await new SignJWT({ iss: issuer, sub: 'user-1', aud: 'http://gateway.test/mcp/demo', jti: 'x', client_id: 'c' })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'k1' }).setIssuedAt().setExpirationTime('1h').sign(stranger.privateKey);
    const tokens: [string, string][] = [
      [forged, 'token_unknown'],
      [await world.jwt({}, { kid: 'k2' }), 'token_unknown'],
      [await world.jwt({ exp: 1_600_000_000 }), 'token_expired'],
      [await world.jwt({ aud: 'http://gateway.test/mcp/other' }), 'token_wrong_audience'],
      [await world.jwt({ aud: 'http://gateway.test/v1' }), 'token_wrong_audience'],
      [await world.jwt({}, { typ: 'JWT' }), 'token_malformed'],
      [await world.jwt({ org: 'globex' }), 'owner_disabled'],
    ];
    for (const [token, code] of tokens) expect(await refusal(token)).toEqual({ status: 401, code, challenge: invalid });
  });

  verifies('GW-20', 'two Authorization headers, a token in the query and an empty token are 400', async () => {
    const { token } = await world.pat();
    const answers = [
      await world.post(call(), { authorization: [`Bearer ${token}`, `Bearer ${token}`] }),
      await world.post(call(), bearer(token), `/mcp/demo?access_token=${token}`),
      await world.post(call(), {}, `/mcp/demo?access_token=${token}`),
      await world.post(call(), { authorization: 'Bearer ' }),
      // Characters that no token has: of a key, known or not and too long for one, and of an access token
      await world.post(call(), { authorization: `Bearer ${token.slice(0, -1)},` }),
      await world.post(call(), { authorization: `Bearer ${token} ${token}` }),
      await world.post(call(), { authorization: `Bearer eyJ ${token}` }),
    ];
    for (const { status, json } of answers) expect([status, json.code, json.error]).toEqual([400, 'invalid_request', 'invalid_request']);
    expect(world.upstream.received).toHaveLength(0);
    expect(world.log()).not.toContain(token);
  });

  verifies('GW-02', 'the credential is asked for before method, body and headers are looked at', async () => {
    for (const method of ['GET', 'DELETE', 'PUT']) {
      const { status } = await send(world.mcp, { method, headers: { 'mcp-protocol-version': 'nonsense' } });
      expect(status).toBe(401);
    }
    expect((await world.post('{ broken', { 'content-type': 'text/plain' })).status).toBe(401);
  });

  verifies('GW-23', 'a token of another organization, or of a PAT bound to another project, is 403', async () => {
    await world.publish({ kind: 'member', user: 'user-2', memberships: [{ org: 'globex', role: 'owner', projects: {}, epoch: null }] });
    const { token: foreign } = await world.pat({ org: 'globex', owner: 'user-2' });
    const { token: elsewhere } = await world.pat({ projects: ['side'] });
    for (const token of [foreign, elsewhere, await world.jwt({ sub: 'user-2', org: 'globex' })]) {
      const { status, json } = await world.post(call('add', 'x'), bearer(token));
      expect([status, json.id, json.error.data.code]).toEqual([403, 'x', 'tenant_mismatch']);
    }
    expect(world.upstream.received).toHaveLength(0);
  });

  verifies('G8', 'what a caller says of organization, project and user has to be true, for keys and access tokens alike', async () => {
    for (const credential of [(await world.pat()).token, await world.jwt()]) {
      const saying = async (headers: Record<string, string | string[]>) => {
        const { status, json } = await world.post(call(), { ...bearer(credential), ...headers });
        return [status, json.error?.data.code];
      };
      expect(await saying({ 'x-tenant-id': 'acme', 'x-project-id': 'main', 'x-user-id': 'user-1' })).toEqual([200, undefined]);
      for (const tenant of ['other', '', 'ACME', ['acme', 'acme'], 'acme,other']) expect([tenant, await saying({ 'x-tenant-id': tenant })]).toEqual([tenant, [403, 'tenant_mismatch']]);
      for (const project of ['lab', '']) expect([project, await saying({ 'x-project-id': project })]).toEqual([project, [403, 'tenant_mismatch']]);
      for (const user of ['user-2', '', 'User-1', ['user-1', 'user-2']]) expect([user, await saying({ 'x-user-id': user })]).toEqual([user, [403, 'user_mismatch']]);
    }
    expect(world.upstream.received).toHaveLength(2);
    for (const { headers } of world.upstream.received) for (const name of ['x-tenant-id', 'x-project-id', 'x-user-id']) expect(headers).not.toHaveProperty(name);
  });

  verifies('G8', 'they open nothing of another organization, and tell nothing of it', async () => {
    await world.publish(world.server({ slug: 'theirs', org: 'other', project: 'secret' }));
    const { token } = await world.pat();
    for (const headers of [{ 'x-tenant-id': 'acme' }, { 'x-tenant-id': 'other', 'x-project-id': 'secret' }, { 'x-tenant-id': 'other', 'x-project-id': 'lab' }] as Record<string, string>[]) {
      const { status, json } = await world.post(call(), { ...bearer(token), ...headers }, '/mcp/theirs');
      expect([headers, status, json.error.data.code]).toEqual([headers, 403, 'tenant_mismatch']);
    }
    expect(world.upstream.received).toHaveLength(0);
  });

  verifies('G8', 'at the management API they are held against the credential and what the path and the query name', async () => {
    const { token } = await world.pat({ scopes: ['servers:read'] });
    const kept = await world.pat({ scopes: ['servers:read'], projects: ['main'] });
    const api = async (path: string, headers: Record<string, string>, credential = token) => {
      const { status, json } = await send(`${world.url}${path}`, { method: 'GET', headers: { ...bearer(credential), ...headers } });
      return [status, json?.code];
    };
    const allowed = [202, undefined];
    expect(await api('/v1/servers', { 'x-tenant-id': 'acme', 'x-project-id': 'main', 'x-user-id': 'user-1' })).toEqual(allowed);
    expect(await api('/v1/servers?project=main', { 'x-project-id': 'main' })).toEqual(allowed);
    for (const path of ['/v1/servers?project=lab', '/v1/servers?project=main&project=lab']) expect([path, await api(path, { 'x-project-id': 'main' })]).toEqual([path, [403, 'tenant_mismatch']]);
    expect(await api('/v1/servers', { 'x-tenant-id': 'other' })).toEqual([403, 'tenant_mismatch']);
    expect(await api('/v1/servers', { 'x-user-id': 'user-2' })).toEqual([403, 'user_mismatch']);
    expect(await api('/v1/servers', { 'x-project-id': 'lab' }, kept.token)).toEqual([403, 'tenant_mismatch']);
  });

  verifies('GW-32', 'too little scope is 403 with the scope of this operation', async () => {
    const { token } = await world.pat({ scopes: ['mcp:read'] });
    const { status, json, headers } = await world.post(call('add', 7), bearer(token));
    expect([status, json.id, json.error.data.code]).toEqual([403, 7, 'insufficient_scope']);
    expect(headers['www-authenticate']).toBe(
      `Bearer error="insufficient_scope", error_description="This needs the scope mcp:execute", resource_metadata="${metadata}", scope="mcp:execute"`,
    );
  });

  verifies('GW-52', 'a tool that the credential may not call is unknown, in the words of an upstream', async () => {
    const { token } = await world.pat({ tools: ['demo:add'] });
    const { status, json } = await world.post(call('delete_all', 3), bearer(token));
    expect([status, json]).toEqual([200, { jsonrpc: '2.0', id: 3, error: { code: -32602, message: 'Unknown tool: delete_all' } }]);
    expect((await world.post(call('add'), bearer(token))).json.result.content[0].text).toBe('called add');
    expect(world.upstream.received).toHaveLength(1);
  });

  verifies('GW-47', 'a restricted credential gets "method not found" for what the gateway does not know', async () => {
    const { token } = await world.pat({ tools: ['demo:add'] });
    const { status, json } = await world.post({ jsonrpc: '2.0', id: 1, method: 'vendor/secret', params: {} }, bearer(token));
    expect([status, json.error]).toEqual([200, { code: -32601, message: 'Method not found' }]);
  });

  verifies('G2', 'a revocation on the feed refuses the very next request', async () => {
    const { token, record } = await world.pat();
    const jwt = await world.jwt({ gid: 'gid-7' });
    expect((await world.post(call(), bearer(token))).status).toBe(200);
    expect((await world.post(call(), bearer(jwt))).status).toBe(200);
    await world.publish({ ...record, revokedAt: 1 });
    await world.publish({ kind: 'grant', id: 'gid-7', revokedAt: 1, expiresAt: 4_000_000_000 });
    await eventually(async () => (await refusal(token)).code === 'token_revoked');
    await eventually(async () => (await refusal(jwt)).code === 'token_revoked');
    expect((await world.post(call(), bearer(await world.jwt()))).status).toBe(200);
  });

  verifies('GW-22', 'a token signed with a key that came with the feed later is accepted', async () => {
    const next = await generateKeyPair('ES256', { extractable: true });
    const claims = { iss: issuer, sub: 'user-1', aud: 'http://gateway.test/mcp/demo', jti: 'n', client_id: 'c', scope: 'mcp:read mcp:execute', org: 'acme' };
    const token = await new SignJWT(claims).setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'k3' }).setIssuedAt(Math.floor(Date.now() / 1000) - 1).setExpirationTime('1h').sign(next.privateKey);
    const kept = await exportJWK((await generateKeyPair('ES256', { extractable: true })).publicKey);
    await world.publish({ kind: 'jwks', keys: [{ ...kept, kid: 'other', alg: 'ES256' }, { ...(await exportJWK(next.publicKey)), kid: 'k3', alg: 'ES256', use: 'sig' }] });
    await eventually(async () => (await world.post(call(), bearer(token))).status === 200);
    // The key that signed everything before is gone from the feed, and its tokens with it, cached or not.
    expect((await refusal(await world.jwt())).code).toBe('token_unknown');
  });
});

describe('token URLs', () => {
  const trail = new InProcessTrail();
  const told: unknown[] = [];
  let world: World;
  beforeAll(async () => {
    await trail.consume(({ payload }) => Promise.resolve(void told.push(payload)));
    world = await startWorld({ trail, env: { LATCHKEY_FAILED_CREDENTIALS_PER_MINUTE: '20' } });
    await world.publish(world.server({ slug: 'open', settings: { tokenUrls: true } }));
    await world.publish(world.server({ slug: 'theirs', org: 'other', settings: { tokenUrls: true } }));
  });
  afterAll(() => world.close());
  beforeEach(() => { world.upstream.received.splice(0); });

  verifies('G4', 'a key in the URL is a credential where the server allows it, and is nowhere else afterwards', async () => {
    const { token } = await world.pat();
    const { status, json, headers } = await world.post(call(), {}, `/mcp/open/${token}?debug=1`);
    expect([status, json.result.content[0].text, headers['referrer-policy'], headers['cache-control']]).toEqual([200, 'called add', 'no-referrer', 'no-store']);
    const revoked = (await world.pat({ revokedAt: 1 })).token;
    const refused = await world.post(call(), {}, `/mcp/open/${revoked}`);
    expect([refused.status, refused.json.code, refused.json.instance, refused.headers['referrer-policy']]).toEqual([401, 'token_revoked', '/mcp/open/{token}', 'no-referrer']);
    expect(refused.headers['www-authenticate']).toContain('error="invalid_token"');
    const elsewhere = (await world.pat()).token;
    for (const path of [`/mcp/demo/${elsewhere}`, `/mcp/nowhere/${elsewhere}`, `/mcp/open/${elsewhere}/more`, `/mcp//${elsewhere}`]) {
      const answer = await world.post(call(), {}, path);
      expect([path, answer.status, answer.text.includes(elsewhere)]).toEqual([path, 404, false]);
    }
    expect((await world.post(call(), { origin: 'https://evil.example' }, `/mcp/open/${elsewhere}`)).status).toBe(403);
    await eventually(() => expect(JSON.stringify(told)).toContain('token_revoked'));
    const metrics = (await send(`${world.management}/metrics`, { method: 'GET' })).text;
    const upstream = JSON.stringify(world.upstream.received.map(({ url, headers: sent, body }) => [url, sent, body]));
    for (const secret of [token, revoked, elsewhere]) for (const [what, text] of Object.entries({ log: world.log(), metrics, told: JSON.stringify(told), upstream })) {
      expect([what, text.includes(secret.slice(-30))]).toEqual([what, false]);
    }
    expect([world.upstream.received.length, world.upstream.received[0]!.url]).toEqual([1, '/mcp']);
    expect(world.log()).toContain('/mcp/open/{token}');
  });

  verifies('G4', 'it is decided on as anywhere: organization, scope, one credential, and no access token', async () => {
    const { token } = await world.pat();
    const codeOf = async (path: string, headers: Record<string, string> = {}) => {
      const { status, json } = await world.post(call(), headers, path);
      return [status, json.code ?? json.error?.data?.code];
    };
    expect(await codeOf(`/mcp/theirs/${token}`)).toEqual([403, 'tenant_mismatch']);
    expect(await codeOf(`/mcp/open/${(await world.pat({ scopes: ['mcp:read'] })).token}`)).toEqual([403, 'insufficient_scope']);
    expect(await codeOf(`/mcp/open/${token}`, bearer(token))).toEqual([400, 'invalid_request']);
    expect(await codeOf(`/mcp/open/${token}`, { authorization: 'Basic abc' })).toEqual([400, 'invalid_request']);
    expect(await codeOf(`/mcp/open/${token}?access_token=${token}`)).toEqual([400, 'invalid_request']);
    expect(await codeOf(`/mcp/open/${await world.jwt({ aud: 'http://gateway.test/mcp/open' })}`)).toEqual([401, 'token_malformed']);
    expect(await codeOf(`/mcp/open/%6ck_pat_x`)).toEqual([401, 'token_malformed']);
    // With the header it is the same server.
    expect(await codeOf('/mcp/open', bearer(token))).toEqual([200, undefined]);
    await world.publish(world.server({ slug: 'open', settings: {} }));
    expect(await codeOf(`/mcp/open/${token}`)).toEqual([404, 'not_found']);
    await world.publish(world.server({ slug: 'open', settings: { tokenUrls: true } }));
  });

  verifies(['G4', 'GW-06'], 'tokens that are guessed there use up what an address may get wrong', async () => {
    const { token } = await world.pat();
    await eventually(async () => (await world.post(call(), {}, `/mcp/open/${mintToken().token}`)).status === 429);
    expect((await world.post(call(), {}, `/mcp/open/${token}`)).status).toBe(200);
  });
});

describe('a flood of bad credentials', () => {
  verifies('GW-06', 'an address that fails too often gets 429, and a good credential from there still works', async () => {
    const world = await startWorld({ env: { LATCHKEY_FAILED_CREDENTIALS_PER_MINUTE: '3' } });
    try {
      const { token } = await world.pat();
      const answers = [];
      for (let at = 0; at < 5; at += 1) answers.push(await world.post(call(), bearer(mintToken().token)));
      expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 429, 429]);
      expect(Number(answers[4]?.headers['retry-after'])).toBeGreaterThan(0);
      expect((await world.post(call(), bearer(token))).status).toBe(200);
    } finally {
      await world.close();
    }
  });
});

describe('a flood of new tokens', () => {
  const count = 300;
  let world: World;
  const sockets: Socket[] = [];
  beforeAll(async () => { world = await startWorld(); });
  afterAll(async () => {
    for (const socket of sockets) socket.destroy();
    await world.close();
  });

  /** A connection on which something was answered already: of those that only wait, a server takes one in each turn of its event loop. */
  const connection = async (): Promise<Socket> => {
    const socket = connect(Number(new URL(world.url).port), '127.0.0.1').setNoDelay(true);
    sockets.push(socket);
    socket.write('GET /healthz HTTP/1.1\r\nhost: gateway.test\r\n\r\n');
    await once(socket, 'data');
    return socket;
  };
  const requestOf = (token: string, id: string): string => {
    const body = JSON.stringify(call('add', id));
    return [
      'POST /mcp/demo HTTP/1.1', 'host: gateway.test', `authorization: Bearer ${token}`, 'content-type: application/json', 'accept: application/json, text/event-stream',
      `content-length: ${body.length}`, '', body,
    ].join('\r\n');
  };

  verifies('GW-27', 'holds up none whose token is known: it is answered while new ones wait', async () => {
    const known = await world.jwt();
    // Verified like any other, and then refused here: how many of them were answered says how many were verified.
    const fresh = await Promise.all(Array.from({ length: count }, () => world.jwt({ scope: 'mcp:read' })));
    expect((await world.post(call(), bearer(known))).status).toBe(200);
    const open = await Promise.all(Array.from({ length: count + 1 }, connection));
    const answers: string[] = [];
    open.forEach((socket) => socket.once('data', (chunk: Buffer) => void answers.push(chunk.subarray(9, 12).toString())));
    [...fresh, known].forEach((token, at) => open[at]?.write(requestOf(token, `r-${at}`)));
    await eventually(() => answers.length === count + 1, { timeoutMs: 20_000 });

    expect(answers.filter((status) => status === '403')).toHaveLength(count);
    // It was the last to come; how many are verified in a few milliseconds is the machine's affair.
    expect(answers.indexOf('200')).toBeLessThan(count * 0.8);
  });
});

describe('a gateway that has not read the feed yet', () => {
  verifies('GW-24', 'says 503 and not 401 or 404, and is not ready', async () => {
    const world = await startWorld({ prepare: false });
    try {
      expect((await send(`${world.url}/readyz`, { method: 'GET' })).status).toBe(503);
      expect((await send(`${world.url}/healthz`, { method: 'GET' })).status).toBe(200);
      for (const path of ['/mcp/demo', '/mcp/unknown', '/v1/pats']) {
        const { status, json, headers } = await world.post(call(), bearer(mintToken().token), path);
        expect([status, json.code, headers['www-authenticate'], headers['retry-after']]).toEqual([503, 'state_stale', undefined, '1']);
      }
      for (const writer of ['identity', 'keys'] as const) await world.feed.prepare(writer);
      await eventually(async () => (await send(`${world.url}/readyz`, { method: 'GET' })).status === 200);
      expect((await world.post(call(), bearer(mintToken().token))).status).toBe(401);
    } finally {
      await world.close();
    }
  });
});
