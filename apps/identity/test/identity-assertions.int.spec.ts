import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { identityHeader, type IdentityAssertionClaims } from '@latchkey/contracts';
import { requireDescribed } from '@latchkey/service/testing';
import { verifies } from '@latchkey/testing';
import { decodeJwt, exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from 'jose';
import { admin, gatewayUrl, startAccounts, type Accounts } from './support/accounts.ts';
import { post, type TokenAnswer } from './support/client.ts';
import { keyHolder } from './support/proofs.ts';

interface Answer {
  status: number;
  body: Record<string, unknown> & { items: Record<string, unknown>[] };
}
type Caller = Partial<IdentityAssertionClaims>;

const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const idp = 'https://idp.example';
const tickets = `${gatewayUrl}/mcp/tickets`;
const outcome = ({ status, body }: Answer) => [status, body.code];
const now = () => Math.floor(Date.now() / 1000);

/** An identity provider: a key set over HTTP, and whatever it signs. */
async function startIdp() {
  const signing = await generateKeyPair('ES256', { extractable: true });
  const next = await generateKeyPair('RS256', { extractable: true });
  const jwk = async (key: CryptoKey, kid: string, alg: string) => ({ ...(await exportJWK(key)), kid, alg, use: 'sig' });
  const keys = [await jwk(signing.publicKey, 'one', 'ES256')];
  const served = { count: 0, status: 200 };
  const server: Server = createServer((_request, response) => {
    served.count += 1;
    response.writeHead(served.status, { 'content-type': 'application/json' }).end(JSON.stringify({ keys }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    jwksUri: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`,
    served,
    signing,
    next,
    publishNext: async () => void keys.push(await jwk(next.publicKey, 'two', 'RS256')),
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

describe('identity assertions (ID-JAG)', () => {
  let accounts: Accounts;
  let provider: Awaited<ReturnType<typeof startIdp>>;
  let owner: Caller;
  let manager: Caller;
  let member: Caller;
  let stranger: Caller;
  let client: { id: string; clientSecret: string };
  let issuerId: string;
  let memberId: string;

  beforeAll(async () => {
    provider = await startIdp();
    accounts = await startAccounts({ LATCHKEY_ALLOW_PRIVATE_UPSTREAMS: 'true' });
    await accounts.identity.seed.server({ org: 'acme', project: 'prod', slug: 'tickets', name: 'Tickets', url: 'https://mcp.example.com/mcp' });
    const base = { iss: gatewayUrl, aud: accounts.issuer, scope: 'org:read org:admin mcp:read mcp:execute keys:read keys:write' };
    const someone = await accounts.createUser('member@example.com', randomUUID(), true);
    memberId = someone.id;
    await accounts.addMember({ userId: someone.id, org: 'acme', role: 'member', projects: { prod: 'contributor' } });
    const adminUser = await accounts.createUser('manager@example.com');
    await accounts.addMember({ userId: adminUser.id, org: 'acme', role: 'admin', projects: {} });
    const other = await accounts.createUser('other@example.com', randomUUID(), true);
    await accounts.createOrg('rival', other.id);
    owner = { ...base, sub: await accounts.userId(admin.email), org: 'acme', roles: { org: 'owner', projects: {} } };
    manager = { ...base, sub: adminUser.id, org: 'acme', roles: { org: 'admin', projects: {} } };
    member = { ...base, sub: someone.id, org: 'acme', roles: { org: 'member', projects: { prod: 'contributor' } } };
    stranger = { ...base, sub: other.id, org: 'rival', roles: { org: 'owner', projects: {} } };
    client = await registerClient('Web app');
    const trusted = await call('POST', '/v1/trusted-issuers', owner, { org: 'acme', issuer: idp, jwksUri: provider.jwksUri, clients: [client.id] });
    if (trusted.status !== 201) throw new Error(JSON.stringify(trusted));
    issuerId = trusted.body['id'] as string;
    expect((await call('POST', `/v1/trusted-issuers/${issuerId}/subjects`, owner, { subject: 'ada', user: memberId })).status).toBe(201);
  }, 60_000);
  afterAll(async () => {
    await accounts.close();
    await provider.close();
  });

  async function call(method: string, path: string, caller: Caller, body?: unknown): Promise<Answer> {
    const response = await fetch(`${accounts.issuer}${path}`, {
      method,
      headers: { [identityHeader]: await accounts.asserter.sign(caller), ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = { status: response.status, body: (await response.json()) as Answer['body'] };
    requireDescribed({ method, path, ...answer });
    return answer;
  }
  async function registerClient(name: string, more: Record<string, unknown> = {}): Promise<{ id: string; clientSecret: string }> {
    const input = { org: 'acme', name, kind: 'confidential', authMethod: 'client_secret_post', redirectUris: ['https://app.example/callback'], scopes: ['mcp:read', 'mcp:execute'], ...more };
    const { status, body } = await call('POST', '/v1/oauth-clients', owner, input);
    if (status !== 201) throw new Error(`${status}: ${JSON.stringify(body)}`);
    return body as unknown as { id: string; clientSecret: string };
  }

  /** @param claims  undefined leaves one out */
  const assert = (claims: JWTPayload & Record<string, unknown> = {}, header: object = {}, key: CryptoKey = provider.signing.privateKey): Promise<string> =>
    new SignJWT({ iss: idp, sub: 'ada', aud: accounts.issuer, client_id: client.id, resource: tickets, jti: randomUUID(), iat: now(), exp: now() + 300, ...claims })
      .setProtectedHeader({ alg: 'ES256', typ: 'oauth-id-jag+jwt', kid: 'one', ...header }).sign(key);
  const present = (assertion: string, more: Record<string, string> = {}, headers: Record<string, string> = {}): Promise<TokenAnswer> =>
    post(accounts.issuer, '/oauth/token', { grant_type: jwtBearer, client_id: client.id, client_secret: client.clientSecret, assertion, ...more }, headers);
  const errorOf = async (answer: Promise<TokenAnswer>) => { const { status, body } = await answer; return [status, body.error]; };

  verifies(['AS-80', 'AS-81'], 'an assertion of a trusted issuer gives an access token for its resource, and no refresh token', async () => {
    const answer = await present(await assert());
    expect([answer.status, answer.body]).toEqual([200, { access_token: expect.any(String) as string, token_type: 'Bearer', expires_in: 3600, scope: 'mcp:read mcp:execute' }]);
    const claims = decodeJwt(answer.body.access_token!);
    expect(claims).toMatchObject({ iss: accounts.issuer, sub: memberId, aud: tickets, client_id: client.id, org: 'acme', scope: 'mcp:read mcp:execute', gid: expect.any(String) as string });
    expect(claims['sid']).toBeUndefined();
    const metadata = (await (await fetch(`${accounts.issuer}/.well-known/oauth-authorization-server`)).json()) as Record<string, unknown>;
    expect(metadata['authorization_grant_profiles_supported']).toEqual(['urn:ietf:params:oauth:grant-profile:id-jag']);
  });

  verifies('AS-80', 'is refused with a wrong type, signature, issuer, audience, client or time, and without any of its claims', async () => {
    const thief = await generateKeyPair('ES256');
    const assertions = [
      'nonsense', 'a.b.c', '',
      await assert({}, { typ: 'JWT' }), await assert({}, { typ: 'at+jwt' }), await assert({}, { typ: undefined }), await assert({}, {}, thief.privateKey), await assert({}, { kid: 'nobody' }),
      await assert({ iss: `${idp}/` }), await assert({ iss: 'https://other.example' }), await assert({ iss: accounts.issuer }),
      await assert({ aud: `${accounts.issuer}/` }), await assert({ aud: tickets }), await assert({ aud: [accounts.issuer, 'https://other.example'] }),
      await assert({ client_id: 'somebody-else' }),
      await assert({ exp: now() - 31 }), await assert({ exp: now() + 601 }), await assert({ iat: now() + 60, exp: now() + 120 }), await assert({ iat: now() - 700, exp: now() + 10 }), await assert({ nbf: now() + 60 }),
      ...(await Promise.all(['iss', 'sub', 'aud', 'client_id', 'resource', 'jti', 'iat', 'exp'].map((name) => assert({ [name]: undefined })))),
    ];
    for (const assertion of assertions) {
      const expected = assertion === '' ? 'invalid_request' : 'invalid_grant';
      expect([assertion, ...(await errorOf(present(assertion)))]).toEqual([assertion, 400, expected]);
    }
  });

  verifies(['AS-80', 'AS-55'], 'is good once: of ten at the same moment one succeeds (10 times)', async () => {
    for (let round = 0; round < 10; round += 1) {
      const assertion = await assert();
      const answers = await Promise.all(Array.from({ length: 10 }, () => present(assertion)));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 9 }, () => 400)]);
      expect(answers.filter(({ body }) => body.error === 'invalid_grant')).toHaveLength(9);
    }
    const [{ rows } = { rows: '0' }] = await accounts.dataSource.query<{ rows: string }[]>("SELECT count(*) AS rows FROM used_assertions WHERE expires_at > now() + interval '5 minutes'");
    expect(Number(rows)).toBeGreaterThanOrEqual(10);
  }, 60_000);

  verifies(['AS-80', 'I17'], 'what is refused is in the log of the organization, with the reason and nothing of the assertion', async () => {
    const assertion = await assert({ sub: 'nobody-we-know', client_id: 'somebody-else' });
    await present(assertion);
    await present(await assert({ scope: 'keys:read' }));
    const rows = await accounts.dataSource.query<{ event: Record<string, unknown> }[]>("SELECT event FROM audit_events WHERE action = 'assertion.refused' ORDER BY received_at DESC LIMIT 2");
    expect(rows.map(({ event }) => event)).toEqual([
      expect.objectContaining({ org: 'acme', outcome: 'refused', code: 'invalid_scope', actor: { kind: 'client', id: client.id } }),
      expect.objectContaining({ org: 'acme', outcome: 'refused', code: 'invalid_grant', details: { reason: 'the assertion was given to another client' } }),
    ]);
    expect(JSON.stringify(rows)).not.toMatch(/nobody-we-know|eyJ/);
  });

  verifies('AS-80', 'a refused one uses nothing up', async () => {
    const assertion = await assert({ scope: 'keys:read' });
    expect(await errorOf(present(assertion))).toEqual([400, 'invalid_scope']);
    const jti = randomUUID();
    expect(await errorOf(present(await assert({ jti, sub: 'nobody' })))).toEqual([400, 'invalid_grant']);
    expect((await present(await assert({ jti }))).status).toBe(200);
  });

  verifies('AS-81', 'scopes are what assertion, request, client, role and resource all allow', async () => {
    expect((await present(await assert({ scope: 'mcp:read' }))).body.scope).toBe('mcp:read');
    expect((await present(await assert(), { scope: 'mcp:execute' })).body.scope).toBe('mcp:execute');
    expect(await errorOf(present(await assert({ scope: 'mcp:read' }), { scope: 'mcp:execute' }))).toEqual([400, 'invalid_scope']);
    expect((await present(await assert({ scope: 'mcp:read org:admin' }))).body.scope).toBe('mcp:read');
    expect(await errorOf(present(await assert({ resource: `${gatewayUrl}/v1`, scope: 'org:admin' })))).toEqual([400, 'invalid_scope']);
  });

  verifies('AS-80', 'the resource is one of ours, the one of the assertion, and of the organization', async () => {
    for (const resource of ['https://elsewhere.example', `${gatewayUrl}/mcp/nobody`]) expect(await errorOf(present(await assert({ resource })))).toEqual([400, 'invalid_target']);
    expect(await errorOf(present(await assert(), { resource: `${gatewayUrl}/v1` }))).toEqual([400, 'invalid_target']);
    expect((await present(await assert(), { resource: tickets })).status).toBe(200);
  });

  verifies(['AS-21', 'AS-80'], 'only a confidential client that the issuer is trusted with may present, after it has proven who it is', async () => {
    const other = await registerClient('Other app');
    const as = (id: string, secret: string | undefined, claim = id) => assert({ client_id: claim }).then((assertion) =>
      post(accounts.issuer, '/oauth/token', { grant_type: jwtBearer, client_id: id, ...(secret === undefined ? {} : { client_secret: secret }), assertion }));
    expect(await errorOf(as(other.id, other.clientSecret))).toEqual([400, 'invalid_grant']);
    expect(await errorOf(as(other.id, other.clientSecret, client.id))).toEqual([400, 'invalid_grant']);
    expect((await as(client.id, undefined)).status).toBe(401);
    expect((await as(client.id, 'wrong')).status).toBe(401);
    const dynamic = (await (await fetch(`${accounts.issuer}/oauth/clients/register`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ client_name: 'x', redirect_uris: ['https://app.example/callback'], token_endpoint_auth_method: 'client_secret_post' }) })).json()) as { client_id: string; client_secret: string };
    expect(await errorOf(as(dynamic.client_id, dynamic.client_secret))).toEqual([400, 'unauthorized_client']);
    const open = await registerClient('Public app', { kind: 'public', authMethod: 'none' });
    expect(await errorOf(as(open.id, undefined))).toEqual([400, 'unauthorized_client']);
  });

  verifies('AS-81', 'an address links nobody unless the organization allows it, both sides have verified it, and it is a member\'s', async () => {
    const grace = await accounts.createUser('grace@example.com', randomUUID(), true);
    await accounts.addMember({ userId: grace.id, org: 'acme', role: 'member', projects: { prod: 'viewer' } });
    const unproven = await accounts.createUser('unproven@example.com');
    await accounts.addMember({ userId: unproven.id, org: 'acme', role: 'member', projects: { prod: 'viewer' } });
    const claims = { sub: 'grace', email: 'Grace@example.com', email_verified: true };
    expect(await errorOf(present(await assert(claims)))).toEqual([400, 'invalid_grant']);
    await accounts.dataSource.query('UPDATE trusted_issuers SET link_by_email = true WHERE id = $1', [issuerId]);
    for (const odd of [{ email_verified: false }, { email_verified: undefined }, { email: undefined }, { email: 'unproven@example.com' }, { email: 'other@example.com' }, { email: 'member@example.com' }]) {
      expect([odd, ...(await errorOf(present(await assert({ ...claims, ...odd }))))]).toEqual([odd, 400, 'invalid_grant']);
    }
    const linked = await present(await assert(claims));
    expect([decodeJwt(linked.body.access_token!).sub, linked.body.scope]).toEqual([grace.id, 'mcp:read']);
    // From now on the subject decides, whatever address it comes with.
    expect(decodeJwt((await present(await assert({ sub: 'grace' }))).body.access_token!).sub).toBe(grace.id);
    const { body } = await call('GET', `/v1/trusted-issuers/${issuerId}/subjects`, owner);
    expect(body.items.map(({ subject, user, linkedBy }) => [subject, user, linkedBy])).toEqual([['grace', grace.id, 'email'], ['ada', memberId, 'owner']]);
  });

  verifies('AS-81', 'what came of it ends with its grant, its user and its issuer, for gateways too', async () => {
    const live = async () => decodeJwt((await present(await assert())).body.access_token!)['gid'] as string;
    const revoked = async (gid: string) => (await accounts.outbox<{ kind: string }>(`feed.identity.grant.${gid}`))?.record.kind === 'grant';
    const one = await live();
    const { body } = await call('GET', '/v1/grants', owner);
    expect(body.items.find(({ id }) => id === one)).toMatchObject({ id: one, user: memberId, origin: 'assertion', status: 'active', scopes: ['mcp:read', 'mcp:execute'] });
    expect((await call('DELETE', `/v1/grants/${one}`, owner)).status).toBe(200);
    expect(await revoked(one)).toBe(true);
    const second = await call('POST', '/v1/trusted-issuers', owner, { org: 'acme', issuer: 'https://second.example', jwksUri: provider.jwksUri, clients: [client.id] });
    const id = second.body['id'] as string;
    const link = await call('POST', `/v1/trusted-issuers/${id}/subjects`, owner, { subject: 'ada', user: memberId });
    const viaSecond = async () => decodeJwt((await present(await assert({ iss: 'https://second.example' }))).body.access_token!)['gid'] as string;
    const unlinked = await viaSecond();
    expect((await call('DELETE', `/v1/trusted-issuers/${id}/subjects/${link.body['id'] as string}`, owner)).status).toBe(200);
    expect([await revoked(unlinked), ...(await errorOf(present(await assert({ iss: 'https://second.example' }))))]).toEqual([true, 400, 'invalid_grant']);
    await call('POST', `/v1/trusted-issuers/${id}/subjects`, owner, { subject: 'ada', user: memberId });
    const distrusted = await viaSecond();
    const gone = await call('DELETE', `/v1/trusted-issuers/${id}`, owner);
    expect(gone).toMatchObject({ status: 200, body: { id, revoked: 1, consistency: expect.any(String) as string } });
    expect([await revoked(distrusted), ...(await errorOf(present(await assert({ iss: 'https://second.example' }))))]).toEqual([true, 400, 'invalid_grant']);
  });

  verifies(['AS-81', 'I11'], 'the organization\'s demands hold: methods, factors, age of the sign-in, life of tokens', async () => {
    const policy = (value: object) => accounts.dataSource.query("INSERT INTO organization_policies (org, policy, revision) VALUES ('acme', $1, 1) ON CONFLICT (org) DO UPDATE SET policy = excluded.policy", [JSON.stringify(value)]);
    try {
      await policy({ signInMethods: ['password'] });
      expect(await errorOf(present(await assert()))).toEqual([400, 'invalid_grant']);
      await policy({ mfaRequired: true });
      expect(await errorOf(present(await assert()))).toEqual([400, 'invalid_grant']);
      expect((await present(await assert({ amr: ['pwd', 'mfa'] }))).status).toBe(200);
      await policy({ signInMethods: ['federated'] });
      expect((await present(await assert())).status).toBe(200);
      await policy({ sessionMaxAgeSeconds: 300 });
      expect(await errorOf(present(await assert({ auth_time: now() - 400 })))).toEqual([400, 'invalid_grant']);
      await policy({ accessTokenTtlSeconds: 120 });
      expect((await present(await assert())).body.expires_in).toBe(120);
    } finally {
      await policy({});
    }
  });

  verifies(['AS-80', 'GW-26'], 'a proof of a key binds the token to it', async () => {
    const holder = await keyHolder(accounts.issuer);
    const { body } = await present(await assert(), {}, { dpop: await holder.proof() });
    expect([body.token_type, decodeJwt(body.access_token!)['cnf']]).toEqual(['DPoP', { jkt: holder.thumbprint }]);
  });

  verifies(['AS-13', 'AS-80'], 'a new key of the issuer is fetched once it is used, and one that cannot be fetched is our trouble', async () => {
    const own = await startIdp();
    try {
      const input = { org: 'acme', issuer: 'https://third.example', jwksUri: own.jwksUri, clients: [client.id] };
      const id = (await call('POST', '/v1/trusted-issuers', owner, input)).body['id'] as string;
      await call('POST', `/v1/trusted-issuers/${id}/subjects`, owner, { subject: 'ada', user: memberId });
      own.served.status = 500;
      expect(await errorOf(present(await assert({ iss: 'https://third.example' }, {}, own.signing.privateKey)))).toEqual([503, 'temporarily_unavailable']);
      own.served.status = 200;
      await own.publishNext();
      expect((await present(await assert({ iss: 'https://third.example' }, { alg: 'RS256', kid: 'two' }, own.next.privateKey))).status).toBe(200);
      const asked = own.served.count;
      for (let at = 0; at < 5; at += 1) expect(await errorOf(present(await assert({ iss: 'https://third.example' }, { kid: `invented-${at}` }, own.signing.privateKey)))).toEqual([400, 'invalid_grant']);
      expect(own.served.count).toBe(asked);
    } finally {
      await own.close();
    }
  });

  verifies('I11', 'trust is managed by owners, seen by members, and is nobody else\'s to find', async () => {
    const input = { org: 'acme', issuer: 'https://fourth.example', jwksUri: provider.jwksUri, clients: [client.id] };
    expect(outcome(await call('POST', '/v1/trusted-issuers', manager, input))).toEqual([403, 'insufficient_role']);
    expect(outcome(await call('POST', '/v1/trusted-issuers', member, input))).toEqual([403, 'insufficient_role']);
    expect(outcome(await call('POST', '/v1/trusted-issuers', { ...owner, scope: 'org:read' }, input))).toEqual([403, 'insufficient_scope']);
    expect(outcome(await call('POST', '/v1/trusted-issuers', stranger, input))).toEqual([404, 'not_found']);
    expect(outcome(await call('POST', '/v1/trusted-issuers', owner, { ...input, issuer: idp }))).toEqual([409, 'conflict']);
    expect(outcome(await call('POST', '/v1/trusted-issuers', owner, { ...input, issuer: accounts.issuer }))).toEqual([400, 'invalid_request']);
    for (const clients of [['nobody'], ['dyn-x'], []]) expect(outcome(await call('POST', '/v1/trusted-issuers', owner, { ...input, clients }))).toEqual([400, 'invalid_request']);
    for (const [method, path, body] of [
      ['GET', ''], ['DELETE', ''], ['GET', '/subjects'], ['POST', '/subjects', { subject: 'x', user: memberId }], ['DELETE', `/subjects/${randomUUID()}`],
    ] as const) {
      expect([method, path, ...outcome(await call(method, `/v1/trusted-issuers/${issuerId}${path}`, stranger, body))]).toEqual([method, path, 404, 'not_found']);
      expect(outcome(await call(method, `/v1/trusted-issuers/${issuerId}${path}`, { ...owner, scope: '' }, body))).toEqual([403, 'insufficient_scope']);
      if (path !== '' || method !== 'GET') expect(outcome(await call(method, `/v1/trusted-issuers/${issuerId}${path}`, manager, body))).toEqual([403, 'insufficient_role']);
      expect(outcome(await call(method, `/v1/trusted-issuers/not-an-id${path}`, owner, body))).toEqual([404, 'not_found']);
    }
    expect(outcome(await call('POST', `/v1/trusted-issuers/${issuerId}/subjects`, owner, { subject: 'x', user: stranger.sub }))).toEqual([400, 'invalid_request']);
    expect(outcome(await call('POST', `/v1/trusted-issuers/${issuerId}/subjects`, owner, { subject: 'ada', user: memberId }))).toEqual([409, 'conflict']);
    const first = await call('GET', '/v1/trusted-issuers?limit=1', member);
    expect([first.status, first.body.items.length, (await call('GET', `/v1/trusted-issuers?limit=1&cursor=${String(first.body['nextCursor'])}`, member)).body.items.map(({ issuer }) => issuer)]).toEqual([200, 1, [idp]]);
    expect((await call('GET', '/v1/trusted-issuers', stranger)).body).toEqual({ items: [], nextCursor: null });
    expect((await call('GET', `/v1/trusted-issuers/${issuerId}`, member)).body).toMatchObject({ id: issuerId, issuer: idp, clients: [client.id] });
  });

  verifies(['I17', 'AS-80'], 'trust, links and accepted assertions are in the audit log, the assertion itself is nowhere', async () => {
    const assertion = await assert();
    await present(assertion);
    const rows = await accounts.dataSource.query<{ action: string; event: unknown }[]>("SELECT action, event FROM audit_events WHERE org = 'acme' AND (action LIKE 'trusted_issuer.%' OR action LIKE 'assertion.%')");
    expect(new Set(rows.map(({ action }) => action))).toEqual(new Set(['trusted_issuer.added', 'trusted_issuer.removed', 'trusted_issuer.subject_linked', 'trusted_issuer.subject_unlinked', 'assertion.accepted', 'assertion.refused']));
    expect(JSON.stringify(rows)).not.toContain(assertion);
  });
});
