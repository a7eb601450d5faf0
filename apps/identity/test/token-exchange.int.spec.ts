import { randomUUID } from 'node:crypto';
import type { PatRecord } from '@latchkey/contracts';
import type { Answering } from '@latchkey/feed';
import { mintToken } from '@latchkey/token';
import { verifies } from '@latchkey/testing';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import * as oauth from 'oauth4webapi';
import { CreateUser } from '../src/accounts/create-user.ts';
import { AddMember } from '../src/organizations/add-member.ts';
import { FormBrowser } from './support/browser.ts';
import { authorize, post, redeem, registered, type TokenAnswer } from './support/client.ts';
import { demo, gateway, startTestIdentity, type TestIdentity } from './support/identity.ts';
import { keyHolder } from './support/proofs.ts';

const grant = 'urn:ietf:params:oauth:grant-type:token-exchange';
const accessToken = 'urn:ietf:params:oauth:token-type:access_token';
const nowSeconds = () => Math.floor(Date.now() / 1000);

describe('token exchange', () => {
  let identity: TestIdentity;
  let owner: string;
  let clientId: string;
  let browser: FormBrowser;
  let keys: Answering;
  /** The key service, played: what it says of each key, by hash. */
  const known = new Map<string, object>();
  let keysAreAway = false;
  beforeAll(async () => {
    identity = await startTestIdentity();
    owner = (await identity.dataSource.query<{ id: string }[]>("SELECT id FROM users WHERE email = 'admin@example.com'"))[0]!.id;
    clientId = (await registered(identity.issuer)).client_id;
    browser = new FormBrowser(identity.issuer);
    keys = await identity.feed.answer('ask.keys', (question) => {
      if (keysAreAway) throw new Error('away');
      const { hash, id } = question as { hash?: string; id?: string };
      const behind = id === undefined ? undefined : [...known.values()].find((answer) => (answer as { pat?: PatRecord }).pat?.id === id);
      return Promise.resolve(behind ?? known.get(hash ?? '') ?? { active: false, code: 'token_unknown' });
    });
  }, 60_000);
  afterAll(async () => {
    await keys.stop();
    await identity.stop();
  });

  function mint(more: Partial<PatRecord> = {}): { token: string; record: PatRecord } {
    const { token, publicId, hash } = mintToken();
    const record: PatRecord = {
      kind: 'pat', id: publicId, hash, org: 'acme', owner, scopes: ['mcp:read', 'mcp:execute'], projects: null, grants: null, tools: null,
      mintedAt: nowSeconds() - 10, expiresAt: null, revokedAt: null, ...more,
    };
    known.set(hash, { active: true, pat: record });
    return { token, record };
  }
  const exchange = (token: string, more: Record<string, string> = {}, headers: Record<string, string> = {}): Promise<TokenAnswer> =>
    post(identity.issuer, '/oauth/token', { grant_type: grant, subject_token: token, subject_token_type: accessToken, resource: demo, ...more }, headers);
  const errorOf = async (answer: Promise<TokenAnswer>) => { const { status, body } = await answer; return [status, body.error]; };
  const claimsOf = ({ body }: TokenAnswer) => decodeJwt(body.access_token!);
  const connect = async (params: Record<string, string> = {}) => (await redeem(identity.issuer, clientId, await authorize(identity.issuer, clientId, { browser, params }))).body as { access_token: string; refresh_token: string };

  verifies('AS-83', 'a key gives its holder, with no client and no browser, a token of five minutes that names the key', async () => {
    const { token, record } = mint();
    const answer = await exchange(token);
    expect([answer.status, answer.headers.get('cache-control'), answer.body]).toEqual([200, 'no-store', {
      access_token: expect.any(String) as string, issued_token_type: accessToken, token_type: 'Bearer', expires_in: 300, scope: 'mcp:read mcp:execute',
    }]);
    const { iat, exp, jti, ...claims } = claimsOf(answer);
    expect(decodeProtectedHeader(answer.body.access_token!)).toMatchObject({ alg: 'ES256', typ: 'at+jwt' });
    expect(claims).toEqual({
      iss: identity.issuer, sub: owner, org: 'acme', aud: demo, client_id: 'latchkey-agent', scope: 'mcp:read mcp:execute', src: { kind: 'pat', id: record.id, iat: record.mintedAt },
    });
    expect([exp! - iat!, typeof jti]).toEqual([300, 'string']);
  });

  verifies('AS-83', 'an access token gives one for the same resource that dies with its grant, its session and itself', async () => {
    const { access_token: source } = await connect();
    const from = decodeJwt(source);
    const answer = await exchange(source, { scope: 'mcp:read', tools: 'demo:list_tasks demo:get_*' });
    expect(claimsOf(answer)).toMatchObject({
      sub: owner, aud: demo, scope: 'mcp:read', gid: from['gid'], sid: from['sid'], tools: ['demo:list_tasks', 'demo:get_*'],
      src: { kind: 'grant', id: from['gid'], jti: from.jti, client: clientId, iat: from.iat },
    });
    expect(await errorOf(exchange(source, { resource: `${gateway}/v1` }))).toEqual([400, 'invalid_target']);
    expect(await errorOf(exchange(source, { resource: `${gateway}/mcp` }))).toEqual([400, 'invalid_target']);
  });

  verifies(['AS-83', 'K8'], 'a key that is bound to addresses is exchanged from those only', async () => {
    expect((await exchange(mint({ allowedIps: ['127.0.0.0/8', '::1/128'] }).token)).status).toBe(200);
    expect(await errorOf(exchange(mint({ allowedIps: ['203.0.113.0/24'] }).token))).toEqual([400, 'invalid_request']);
  });

  verifies('AS-83', 'scope and tools only ever become fewer', async () => {
    const { token } = mint({ scopes: ['mcp:read'], tools: ['demo:add', 'demo:get_*', 'other:*'] });
    expect(claimsOf(await exchange(token))).toMatchObject({ scope: 'mcp:read', tools: ['demo:add', 'demo:get_*'] });
    expect(claimsOf(await exchange(token, { tools: 'demo:get_one' }))).toMatchObject({ tools: ['demo:get_one'] });
    for (const tools of ['demo:delete', 'demo:*', '*:add', 'demo:get_one demo:delete', 'add', Array.from({ length: 51 }, (_, at) => `demo:get_${at}`).join(' ')]) {
      expect([tools, ...(await errorOf(exchange(token, { tools })))]).toEqual([tools, 400, 'invalid_request']);
    }
    for (const scope of ['mcp:execute', 'mcp:read mcp:execute', 'keys:read', 'nonsense']) expect([scope, ...(await errorOf(exchange(token, { scope })))]).toEqual([scope, 400, 'invalid_scope']);
  });

  verifies('AS-83', 'nothing is given that the owner\'s role does not carry there', async () => {
    const { app } = identity.running;
    const { id } = await app.get(CreateUser).run({ email: `${randomUUID()}@example.com`, password: randomUUID(), name: 'Vi' });
    await app.get(AddMember).run({ userId: id, org: 'acme', role: 'member', projects: { prod: 'viewer' } });
    expect((await exchange(mint({ owner: id }).token)).body.scope).toBe('mcp:read');
    expect(await errorOf(exchange(mint({ owner: id }).token, { scope: 'mcp:execute' }))).toEqual([400, 'invalid_scope']);
    const outsider = await app.get(CreateUser).run({ email: `${randomUUID()}@example.com`, password: randomUUID(), name: 'Out' });
    await app.get(AddMember).run({ userId: outsider.id, org: 'acme', role: 'member', projects: {} });
    expect(await errorOf(exchange(mint({ owner: outsider.id }).token))).toEqual([400, 'invalid_target']);
  });

  verifies('AS-83', 'restrictions of a key go along: those of this server, and nothing wider', async () => {
    const grants: PatRecord['grants'] = [
      { resource: 'org/acme/project/prod/server/demo', actions: ['read'] }, { resource: 'org/acme/project/other', actions: ['write'] },
    ];
    const { token } = mint({ projects: ['prod', 'other'], grants });
    expect(claimsOf(await exchange(token))).toMatchObject({ projects: ['prod'], grants: [grants[0]] });
    for (const out of [{ projects: ['other'] }, { grants: [grants[1]!] }, { tools: ['other:*'] }]) expect(await errorOf(exchange(mint(out).token))).toEqual([400, 'invalid_target']);
  });

  verifies('AS-83', 'what lasts cannot be made with it: no scope that mints keys or administers', async () => {
    const { token } = mint({ scopes: ['keys:write', 'org:admin', 'servers:write', 'webhooks:write', 'connections:write', 'audit:read'] });
    const at = { resource: `${gateway}/v1` };
    expect((await exchange(token, at)).body.scope?.split(' ').sort()).toEqual(['audit:read', 'connections:read', 'keys:read', 'org:read', 'servers:read', 'webhooks:read']);
    for (const scope of ['keys:write', 'org:admin', 'servers:write', 'webhooks:write', 'connections:write']) expect(await errorOf(exchange(token, { ...at, scope }))).toEqual([400, 'invalid_scope']);
    expect(await errorOf(exchange(token, { ...at, tools: 'demo:add' }))).toEqual([400, 'invalid_request']);
  });

  verifies('AS-83', 'never lives longer than its source', async () => {
    const answer = await exchange(mint({ expiresAt: nowSeconds() + 60 }).token);
    expect(answer.body.expires_in).toBeLessThanOrEqual(60);
    expect(claimsOf(answer).exp).toBeLessThanOrEqual(nowSeconds() + 60);
    expect(await errorOf(exchange(mint({ expiresAt: nowSeconds() - 1 }).token))).toEqual([400, 'invalid_request']);
  });

  verifies('AS-83', 'one wording for every subject token that is not good', async () => {
    const revoked = mint();
    known.set(revoked.record.hash, { active: false, code: 'token_revoked' });
    const good = mint().token;
    const tokens = [mintToken().token, revoked.token, `${good.slice(0, -1)}${good.endsWith('a') ? 'b' : 'a'}`, 'lk_pat_x', 'nonsense', 'a.b.c', mint({ owner: randomUUID() }).token, mint({ org: 'globex' }).token, `${(await connect()).access_token}x`];
    for (const token of tokens) {
      const { status, body } = await exchange(token);
      expect([token, status, body]).toEqual([token, 400, { error: 'invalid_request', error_description: 'The subject token is not valid.' }]);
      expect(identity.log.join('\n')).not.toContain(token);
    }
  });

  verifies('AS-83', 'while the key service is silent nothing is issued, and nothing is said against the key', async () => {
    const { token } = mint();
    keysAreAway = true;
    try {
      expect(await errorOf(exchange(token))).toEqual([503, 'temporarily_unavailable']);
    } finally {
      keysAreAway = false;
    }
    expect((await exchange(token)).status).toBe(200);
  });

  verifies('AS-83', 'a source that was revoked, by whatever, is no source', async () => {
    const { access_token: first } = await connect();
    await post(identity.issuer, '/oauth/revoke', { client_id: clientId, token: first });
    const { access_token: second, refresh_token: refreshToken } = await connect();
    const child = (await exchange(second)).body.access_token!;
    await post(identity.issuer, '/oauth/revoke', { client_id: clientId, token: refreshToken });
    for (const token of [first, second, child]) expect(await errorOf(exchange(token))).toEqual([400, 'invalid_request']);
  });

  verifies('AS-83', 'what came of an exchange is not exchanged again', async () => {
    expect(await errorOf(exchange((await exchange(mint().token)).body.access_token!))).toEqual([400, 'invalid_request']);
    expect(await errorOf(exchange((await exchange((await connect()).access_token)).body.access_token!))).toEqual([400, 'invalid_request']);
  });

  verifies('AS-83', 'exactly one resource, one that is known and within reach', async () => {
    const { token } = mint();
    for (const resource of ['https://elsewhere.example/mcp', `${gateway}/mcp/nobody`, 'nonsense']) expect(await errorOf(exchange(token, { resource }))).toEqual([400, 'invalid_target']);
    expect(await errorOf(exchange(token, { audience: `${gateway}/v1` }))).toEqual([400, 'invalid_target']);
    const form = new URLSearchParams({ grant_type: grant, subject_token: token, subject_token_type: accessToken });
    expect(await (await fetch(`${identity.issuer}/oauth/token`, { method: 'POST', body: form })).json()).toMatchObject({ error: 'invalid_target' });
    form.append('audience', demo);
    expect((await fetch(`${identity.issuer}/oauth/token`, { method: 'POST', body: form })).status).toBe(200);
    form.append('resource', demo);
    form.append('resource', `${gateway}/v1`);
    expect((await fetch(`${identity.issuer}/oauth/token`, { method: 'POST', body: form })).status).toBe(400);
  });

  verifies('AS-83', 'says what it does not take: other token types, half of an actor, a missing subject', async () => {
    const { token } = mint();
    const bad: Record<string, string>[] = [
      { subject_token_type: 'urn:ietf:params:oauth:token-type:id_token' }, { requested_token_type: 'urn:ietf:params:oauth:token-type:refresh_token' },
      { actor_token: token }, { actor_token_type: accessToken }, { actor_token: token, actor_token_type: 'urn:ietf:params:oauth:token-type:saml2' }, { subject_token: '' }, { subject_token_type: '' },
    ];
    for (const more of bad) expect([more, ...(await errorOf(exchange(token, more)))]).toEqual([more, 400, 'invalid_request']);
  });

  verifies('AS-21', 'no client that registered itself may exchange, and the agent client may do nothing else', async () => {
    const { token } = mint();
    expect((await exchange(token, { client_id: clientId })).status).toBe(400);
    await identity.dataSource.query("UPDATE clients SET metadata = metadata || $2::jsonb WHERE id = $1", [clientId, JSON.stringify({ grant_types: ['authorization_code', 'refresh_token', grant] })]);
    try {
      expect(await errorOf(exchange(token, { client_id: clientId }))).toEqual([400, 'unauthorized_client']);
    } finally {
      await identity.dataSource.query("UPDATE clients SET metadata = metadata || $2::jsonb WHERE id = $1", [clientId, JSON.stringify({ grant_types: ['authorization_code', 'refresh_token'] })]);
    }
    expect((await post(identity.issuer, '/oauth/token', { grant_type: 'refresh_token', client_id: 'latchkey-agent', refresh_token: 'x' })).status).toBe(400);
    const registration = await registered(identity.issuer, { grant_types: ['authorization_code', grant] });
    expect(registration['grant_types']).toEqual(['authorization_code']);
    expect((await exchange(token, { client_id: 'latchkey-agent' })).status).toBe(200);
  });

  verifies(['AS-83', 'GW-26'], 'a bound token is exchanged by who holds its key, and stays bound; a key may become bound', async () => {
    const [holder, thief] = [await keyHolder(identity.issuer), await keyHolder(identity.issuer)];
    const { code, verifier, redirectUri } = await authorize(identity.issuer, clientId, { browser });
    const { body } = await post(identity.issuer, '/oauth/token', { grant_type: 'authorization_code', client_id: clientId, code, code_verifier: verifier, redirect_uri: redirectUri }, { dpop: await holder.proof() });
    const source = body.access_token!;
    expect(await errorOf(exchange(source))).toEqual([400, 'invalid_request']);
    expect(await errorOf(exchange(source, {}, { dpop: await thief.proof() }))).toEqual([400, 'invalid_request']);
    const proof = await holder.proof();
    const bound = await exchange(source, {}, { dpop: proof });
    expect([bound.body.token_type, claimsOf(bound)['cnf']]).toEqual(['DPoP', { jkt: holder.thumbprint }]);
    expect((await exchange(source, {}, { dpop: proof })).status).toBe(400);
    expect(claimsOf(await exchange(mint().token, {}, { dpop: await holder.proof() }))['cnf']).toEqual({ jkt: holder.thumbprint });
  });

  verifies(['AS-83', 'I17'], 'is in the audit log with key, resource, scope and tools, and without a token', async () => {
    const { token, record } = mint();
    const answer = await exchange(token, { tools: 'demo:add' });
    const rows = await identity.dataSource.query<{ event: Record<string, unknown> }[]>("SELECT event FROM audit_events WHERE action = 'token.exchanged' AND event->'credential'->>'id' = $1", [record.id]);
    expect(rows.map(({ event }) => event)).toEqual([expect.objectContaining({
      org: 'acme', outcome: 'success', actor: { kind: 'user', id: owner }, credential: { kind: 'pat', id: record.id }, target: { kind: 'access_token', id: claimsOf(answer).jti },
      details: { resource: demo, scopes: ['mcp:read', 'mcp:execute'], tools: ['demo:add'], client: 'latchkey-agent', expiresInSeconds: 300 },
    })]);
    expect(JSON.stringify(rows)).not.toContain(token);
  });

  describe('in the name of somebody else', () => {
    let ann: string;
    let second: string;
    beforeAll(async () => {
      const create = (email: string) => identity.running.app.get(CreateUser).run({ email, name: email, password: 'a passphrase of her own' });
      [ann, second] = [(await create('ann-acts@example.com')).id, (await create('second-admin@example.com')).id];
      await identity.running.app.get(AddMember).run({ userId: ann, org: 'acme', role: 'member', projects: { prod: 'contributor' } });
      await identity.running.app.get(AddMember).run({ userId: second, org: 'acme', role: 'admin' });
    });
    const acting = (actor: string, subject: string, more: Record<string, string> = {}) => exchange(subject, { actor_token: actor, actor_token_type: accessToken, ...more });
    const administrator = (more: Partial<PatRecord> = {}) => mint({ scopes: ['org:admin'], ...more });
    const entry = async (jti: string) => (await identity.dataSource.query<{ event: unknown }[]>("SELECT event FROM audit_events WHERE action = 'token.exchanged' AND event->'target'->>'id' = $1", [jti]))[0]!.event;

    verifies(['AS-83', 'I17'], 'the token says for whom and by whom, in a chain one inside the other, never does more than the subject may, and the log names all', async () => {
      const [hers, admins] = [mint({ owner: ann, scopes: ['mcp:read'] }), administrator()];
      const first = await acting(admins.token, hers.token);
      expect(claimsOf(first)).toMatchObject({ sub: ann, scope: 'mcp:read', act: { sub: owner }, src: { kind: 'pat', id: hers.record.id } });
      expect(await entry(claimsOf(first).jti!)).toMatchObject({ actor: { kind: 'user', id: ann, by: [owner] }, credential: { id: hers.record.id }, details: { actorCredential: `pat:${admins.record.id}` } });

      const forOwner = await acting(administrator({ owner: second }).token, mint().token);
      expect(claimsOf(forOwner)).toMatchObject({ sub: owner, act: { sub: second } });
      const chained = await acting(forOwner.body.access_token!, hers.token);
      expect(claimsOf(chained)).toMatchObject({ sub: ann, scope: 'mcp:read', act: { sub: owner, act: { sub: second } } });
      expect(await entry(claimsOf(chained).jti!)).toMatchObject({ actor: { id: ann, by: [owner, second] } });
      // Whoever stands in the chain must still administer the organization.
      await identity.running.app.get(AddMember).run({ userId: second, org: 'acme', role: 'member' });
      try {
        expect(await errorOf(acting(forOwner.body.access_token!, hers.token))).toEqual([400, 'invalid_request']);
      } finally {
        await identity.running.app.get(AddMember).run({ userId: second, org: 'acme', role: 'admin' });
      }
    });

    verifies(['AS-62', 'AS-83'], 'introspection tells who acts', async () => {
      const asker = await registered(identity.issuer, { token_endpoint_auth_method: 'client_secret_post' });
      await identity.dataSource.query('UPDATE clients SET privileged = true WHERE id = $1', [asker.client_id]);
      const { body } = await acting(administrator().token, mint({ owner: ann }).token);
      const answer = await post(identity.issuer, '/oauth/introspect', { client_id: asker.client_id, client_secret: asker.client_secret!, token: body.access_token! });
      expect(answer.body).toMatchObject({ active: true, sub: ann, act: { sub: owner } });
    });

    verifies('AS-83', 'only by who administers the organization of the subject, with a credential that is good and may show it; the refusal says why, and is in the log', async () => {
      await identity.running.app.get(CreateUser).run({ email: 'other-org@example.com', name: 'Other', password: 'a passphrase of his own' });
      const hers = mint({ owner: ann });
      const ended = administrator();
      known.set(ended.record.hash, { active: false, code: 'token_revoked' });
      await identity.dataSource.query("INSERT INTO organizations (slug, name) VALUES ('beside', 'Beside')");
      await identity.running.app.get(AddMember).run({ userId: owner, org: 'beside', role: 'owner' });
      const small = (await exchange(administrator({ scopes: ['org:admin', 'mcp:read'] }).token)).body.access_token!;
      const refused: [string, string, RegExp][] = [
        [mint({ owner: ann, scopes: ['org:admin'] }).token, mint().token, /owner or administrator/],
        [mint().token, hers.token, /org:admin/],
        [small, hers.token, /org:admin/],
        [administrator({ projects: ['prod'] }).token, hers.token, /owner or administrator/],
        [administrator({ org: 'beside' }).token, hers.token, /not of the organization/],
        [ended.token, hers.token, /not valid/],
        [mintToken().token, hers.token, /not valid/],
        ['no.token.atall', hers.token, /not valid/],
        [administrator({ owner: ann }).token, hers.token, /owner or administrator/],
        [administrator().token, mint().token, /for themselves/],
      ];
      for (const [actor, subject, why] of refused) {
        const { status, body } = await acting(actor, subject);
        expect([status, body.error, body['error_description']]).toEqual([400, 'invalid_request', expect.stringMatching(why)]);
      }
      const rows = await identity.dataSource.query<{ event: unknown }[]>("SELECT event FROM audit_events WHERE action = 'token_exchange.refused' AND event->'credential'->>'id' = $1", [hers.record.id]);
      expect(rows).toHaveLength(8);
      expect(rows).toContainEqual({ event: expect.objectContaining({ details: expect.objectContaining({ reason: expect.stringMatching(/org:admin/) as string }) as object }) as object });
    });

    verifies('AS-83', 'the token outlives neither credential, and a bound actor token is used by who holds its key', async () => {
      const hers = mint({ owner: ann });
      expect((await acting(administrator({ expiresAt: nowSeconds() + 60 }).token, hers.token)).body.expires_in).toBeLessThanOrEqual(60);
      const holder = await keyHolder(identity.issuer);
      const managing = { resource: `${gateway}/v1`, scope: 'org:admin' };
      const { code, verifier, redirectUri } = await authorize(identity.issuer, clientId, { browser, params: managing });
      const { body } = await post(identity.issuer, '/oauth/token', { grant_type: 'authorization_code', client_id: clientId, code, code_verifier: verifier, redirect_uri: redirectUri }, { dpop: await holder.proof() });
      expect(await errorOf(acting(body.access_token!, hers.token))).toEqual([400, 'invalid_request']);
      const bound = await exchange(hers.token, { actor_token: body.access_token!, actor_token_type: accessToken }, { dpop: await holder.proof() });
      expect(claimsOf(bound)).toMatchObject({ sub: ann, act: { sub: owner }, cnf: { jkt: holder.thumbprint } });
    });
  });

  verifies(['AS-62', 'AS-83'], 'introspection asks the key service about the key behind a token, too', async () => {
    const asker = await registered(identity.issuer, { token_endpoint_auth_method: 'client_secret_post' });
    await identity.dataSource.query('UPDATE clients SET privileged = true WHERE id = $1', [asker.client_id]);
    const introspect = async (token: string) => (await post(identity.issuer, '/oauth/introspect', { client_id: asker.client_id, client_secret: asker.client_secret!, token })).body as { active?: boolean };
    const [one, two, three] = [mint(), mint(), mint()];
    const tokens = await Promise.all([one, two, three].map(async ({ token }) => (await exchange(token)).body.access_token!));
    expect(await introspect(tokens[0]!)).toMatchObject({ active: true, sub: owner, src: { kind: 'pat', id: one.record.id } });
    known.set(one.record.hash, { active: false, code: 'token_revoked' });
    known.set(two.record.hash, { active: true, pat: { ...two.record, scopes: ['mcp:read'] } });
    known.set(three.record.hash, { active: true, pat: { ...three.record, expiresAt: nowSeconds() } });
    for (const token of tokens) expect(await introspect(token)).toEqual({ active: false });
  });

  verifies(['AS-83', 'I17'], 'whoever asks a good token for more than it has is in the audit log, too', async () => {
    const { token, record } = mint({ scopes: ['mcp:read'] });
    expect(await errorOf(exchange(token, { scope: 'mcp:execute' }))).toEqual([400, 'invalid_scope']);
    const rows = await identity.dataSource.query<{ event: unknown }[]>("SELECT event FROM audit_events WHERE action = 'token_exchange.refused' AND event->'credential'->>'id' = $1", [record.id]);
    expect(rows.map(({ event }) => event)).toEqual([expect.objectContaining({ org: 'acme', outcome: 'refused', code: 'invalid_scope', actor: { kind: 'user', id: owner } })]);
  });

  verifies(['AS-83', 'I11'], 'a client that the organization does not let in any more gives nothing through its tokens', async () => {
    const { access_token: source } = await connect();
    await identity.dataSource.query("INSERT INTO organization_policies (org, policy, revision) VALUES ('acme', $1, 1) ON CONFLICT (org) DO UPDATE SET policy = excluded.policy", [JSON.stringify({ clients: 'registered' })]);
    try {
      expect(await errorOf(exchange(source))).toEqual([400, 'invalid_grant']);
      expect((await exchange(mint().token)).status).toBe(200);
    } finally {
      await identity.dataSource.query("DELETE FROM organization_policies WHERE org = 'acme'");
    }
    expect((await exchange(source)).status).toBe(200);
  });

  verifies('AS-61', 'an exchanged token can be ended alone by who holds it', async () => {
    const { access_token: token } = (await exchange(mint().token)).body;
    expect((await post(identity.issuer, '/oauth/revoke', { client_id: 'latchkey-agent', token: token! })).status).toBe(200);
    expect(await identity.dataSource.query('SELECT 1 FROM revoked_tokens WHERE jti = $1', [decodeJwt(token!).jti])).toHaveLength(1);
  });

  verifies('AS-83', 'oauth4webapi exchanges a key by its generic request', async () => {
    const issuer = new URL(identity.issuer);
    const plain = { [oauth.allowInsecureRequests]: true };
    const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...plain }));
    const client: oauth.Client = { client_id: 'latchkey-agent' };
    const response = await oauth.genericTokenEndpointRequest(server, client, oauth.None(), grant, { subject_token: mint().token, subject_token_type: accessToken, resource: demo, scope: 'mcp:read' }, plain);
    expect(await oauth.processGenericTokenEndpointResponse(server, client, response)).toMatchObject({ token_type: 'bearer', scope: 'mcp:read', issued_token_type: accessToken });
  });
});

describe('guessing at the exchange', () => {
  verifies('AS-83', 'an address that was wrong too often waits, and asks nobody meanwhile', async () => {
    const identity = await startTestIdentity();
    try {
      let asked = 0;
      await identity.feed.answer('ask.keys', () => { asked += 1; return Promise.resolve({ active: false, code: 'token_unknown' }); });
      const statuses: number[] = [];
      for (let at = 0; at < 64; at += 1) statuses.push((await post(identity.issuer, '/oauth/token', { grant_type: grant, subject_token: mintToken().token, subject_token_type: accessToken, resource: demo })).status);
      expect([statuses.indexOf(429), statuses.at(-1), asked]).toEqual([61, 429, 61]);
    } finally {
      await identity.stop();
    }
  }, 60_000);
});
