import { createHmac } from 'node:crypto';
import { identityHeader, scopes } from '@latchkey/contracts';
import { families, pathParameters, routeOf, type Operation } from '@latchkey/contracts/openapi';
import { InProcessFeed } from '@latchkey/feed';
import { verifies } from '@latchkey/testing';
import { generateKeyPair } from 'jose';
import { ann, bob, eve, KeysFixture, type Claims, type Method } from './keys-fixture.ts';

const endpoints = [
  ['POST', '/v1/pats'],
  ['GET', '/v1/pats'],
  ['GET', '/v1/pats/AAAAAAAA'],
  ['DELETE', '/v1/pats/AAAAAAAA'],
] as const;
const body = { name: 'x', org: 'acme', scopes: ['mcp:read'], expiresIn: '7d' };

describe('callers', () => {
  let keys: KeysFixture;
  beforeAll(async () => {
    keys = await KeysFixture.start();
  }, 60_000);
  afterAll(() => keys.stop());

  const bad: [string, () => Promise<string | undefined>, string][] = [
    ['no assertion', async () => Promise.resolve(undefined), 'token_missing'],
    ['no JWT', async () => Promise.resolve('lk_pat_x'), 'token_malformed'],
    ['a forged signature', async () => keys.gateway.assert(ann, { key: (await generateKeyPair('ES256')).privateKey }), 'token_malformed'],
    ['an assertion that has ended', () => keys.gateway.assert({ ...ann, iat: nowSeconds() - 100, exp: nowSeconds() - 40 }), 'token_malformed'],
    ['an old assertion without an early end', () => keys.gateway.assert({ ...ann, iat: nowSeconds() - 600, exp: nowSeconds() + 600 }), 'token_malformed'],
    ['an assertion for another service', () => keys.gateway.assert({ ...ann, aud: 'https://identity.example' }), 'token_malformed'],
    ['another issuer', () => keys.gateway.assert({ ...ann, iss: 'https://evil.example' }), 'token_malformed'],
    ['an access token', () => keys.gateway.assert(ann, { typ: 'at+jwt' }), 'token_malformed'],
    ['alg none', async () => {
      const [, payload] = (await keys.gateway.assert(ann)).split('.');
      return `${Buffer.from('{"alg":"none","typ":"latchkey-identity+jwt"}').toString('base64url')}.${payload}.`;
    }, 'token_malformed'],
    ['changed claims', async () => {
      const [header, payload, signature] = (await keys.gateway.assert(bob)).split('.');
      const claims = JSON.parse(Buffer.from(payload!, 'base64url').toString()) as Claims;
      return `${header}.${Buffer.from(JSON.stringify({ ...claims, sub: 'ann' })).toString('base64url')}.${signature}`;
    }, 'token_malformed'],
  ];
  for (const [what, assertion, code] of bad) {
    verifies('GW-82', `${what}: 401 on every endpoint, and nothing is done`, async () => {
      const header = await assertion();
      for (const [method, path] of endpoints) {
        const headers = { ...(header === undefined ? {} : { [identityHeader]: header }), ...(method === 'POST' ? { 'content-type': 'application/json' } : {}) };
        const answer = await keys.send(method, path, headers, method === 'POST' ? JSON.stringify(body) : undefined);
        expect(answer).toMatchObject({ status: 401, body: { code } });
      }
      expect(await keys.query('SELECT id FROM personal_access_tokens')).toEqual([]);
      expect(await keys.query('SELECT subject FROM outbox')).toEqual([]);
    });
  }

  it('a token of ours in Authorization means nothing here', async () => {
    expect(await keys.send('GET', '/v1/pats', { authorization: 'Bearer lk_pat_x' })).toMatchObject({ status: 401, body: { code: 'token_missing' } });
  });

  const strangers: [string, Claims, string][] = [
    ['of another organization', eve, 'tenant_mismatch'],
    ['of no organization', { ...ann, org: undefined }, 'tenant_mismatch'],
  ];
  for (const [who, claims, code] of strangers) {
    verifies('G8', `a caller ${who} is kept apart on every endpoint`, async () => {
      const { id } = await keys.mint(ann);
      expect(await keys.call(claims, 'POST', '/v1/pats', body)).toMatchObject({ status: 403, body: { code } });
      expect(await keys.call(claims, 'GET', '/v1/pats?org=acme')).toMatchObject({ status: 403, body: { code } });
      const own = await keys.call(claims, 'GET', '/v1/pats');
      expect(own.status === 403 || own.body.items.length === 0).toBe(true);
      for (const method of ['GET', 'DELETE'] as const) {
        expect([403, 404]).toContain((await keys.call(claims, method, `/v1/pats/${id}`)).status);
      }
      expect((await keys.call(ann, 'GET', `/v1/pats/${id}`)).body).toMatchObject({ status: 'active' });
      // An organization that does not exist is refused in the same words as one that does.
      const [real, invented] = await Promise.all(['acme', 'no-such-org'].map((org) => keys.call(claims, 'POST', '/v1/pats', { ...body, org })));
      expect({ ...real!.body, requestId: '' }).toEqual({ ...invented!.body, requestId: '' });
    });
  }

  it('claims of roles that are no roles are no assertion', async () => {
    const roles = { org: 'root', projects: {} } as unknown as Claims['roles'];
    expect(await keys.call({ ...ann, roles }, 'GET', '/v1/pats')).toMatchObject({ status: 401, body: { code: 'token_malformed' } });
  });
});

describe('of another organization', () => {
  const feed = new InProcessFeed();
  const everything = scopes.join(' ');
  const owner: Claims = { ...ann, scope: everything };
  const stranger: Claims = { ...eve, scope: everything };
  let keys: KeysFixture;
  beforeAll(async () => {
    await feed.answer('ask.identity', (question) => Promise.resolve('server' in (question as object) ? { server: { org: 'acme', project: 'prod', url: 'http://127.0.0.1:9/mcp' }, connectUrl: 'https://issuer.example/connect/' } : { active: false, code: 'token_unknown' }));
    keys = await KeysFixture.start({ feed, env: { LATCHKEY_ALLOW_PRIVATE_UPSTREAMS: 'true', LATCHKEY_GATEWAY_INTERNAL_URL: 'http://127.0.0.1:9' } });
    keys.clock.advance(Date.now() - keys.clock.nowMs());
  }, 60_000);
  afterAll(() => keys.stop());

  /** One of everything, of acme; each by the beginning of its path, with the values of the parameters that follow. */
  async function everythingOfAcme(): Promise<Record<string, string[]>> {
    const made = async (path: string, body: object): Promise<Record<string, unknown> & { id: string }> => {
      const answer = await keys.call(owner, 'POST', path, body);
      expect([path, answer.status]).toEqual([path, expect.any(Number)]);
      expect(answer.status).toBeLessThan(300);
      return { ...answer.body, id: String(answer.body['id']) };
    };
    const pat = await made('/v1/pats', { ...body, expiresIn: '30d' });
    const endpoint = await made('/v1/webhooks/endpoints', { url: 'http://127.0.0.1:9/hook', events: ['*'] });
    const delivery = await made(`/v1/webhooks/endpoints/${endpoint.id}/ping`, {});
    const secret = 'a-secret-of-the-sender';
    const subscription = await made('/v1/webhooks/subscriptions', { name: 'x', project: 'prod', verifier: 'hmac-sha256', secret, action: { server: 'demo', tool: 'add' } });
    const sent = '{"a":1}';
    const hook = await keys.send('POST', `/v1/hooks/${subscription.id}`, { 'content-type': 'application/json', 'x-signature': createHmac('sha256', secret).update(sent).digest('hex') }, sent);
    expect(hook.status).toBe(202);
    const connection = await made('/v1/connections', { name: 'x', project: 'prod', server: 'demo', kind: 'static', value: 'v' });
    const holder = String((await keys.call(owner, 'GET', `/v1/connections/${connection.id}/holders`)).body.items[0]?.['id']);
    const issuer = await made('/v1/connections/issuers', { name: 'x', issuer: 'https://login.example', jwksUri: 'https://login.example/jwks', audience: 'x' });
    const secretOf = ({ secrets }: Record<string, unknown>): string => (secrets as { id: string }[])[0]!.id;
    return {
      '/v1/pats': [pat.id],
      '/v1/webhooks/endpoints': [endpoint.id, delivery.id, secretOf(endpoint)],
      '/v1/webhooks/subscriptions': [subscription.id, String(hook.body['id']), secretOf(subscription)],
      '/v1/connections/issuers': [issuer.id],
      '/v1/connections': [connection.id, '', '', holder],
    };
  }

  /** Bodies that would be taken: it must be the id that is not there. */
  const bodies: Record<string, object> = {
    changePat: { name: 'mine' }, rotatePat: { graceSeconds: 0 }, changeWebhookEndpoint: { enabled: false }, changeWebhookSubscription: { enabled: false }, changeConnection: { name: 'mine' }, rotateConnection: { value: 'mine' }, setOwnConnection: { value: 'mine' },
  };

  verifies(['G8', 'K13'], 'whatever takes an id answers 404 for one of ours, and does nothing; the walk follows the document, so no operation is left out', async () => {
    const ids = await everythingOfAcme();
    const fill = (path: string): string => {
      const [family, values] = Object.entries(ids).find(([beginning]) => path.startsWith(`${beginning}/`)) ?? [];
      if (family === undefined || values === undefined) throw new Error(`nothing of acme is made for ${path}: make one here`);
      const [id = '', delivery = '', secret = '', holder = ''] = values;
      return path.replace('{id}', id).replace('{delivery}', delivery).replace('{secret}', secret).replace('{holder}', holder);
    };
    const state = async (): Promise<unknown> =>
      Promise.all(['personal_access_tokens', 'webhook_endpoints', 'webhook_subscriptions', 'webhook_secrets', 'connections'].map((table) => keys.query(`SELECT to_jsonb(t) - 'failures' - 'failing_since' - 'paused_until' AS row FROM ${table} t ORDER BY id`)));
    const before = await state();
    const walked: string[] = [];
    const withIds = families.flatMap(({ service, operations }) => (service === 'keys' ? Object.entries(operations) : [])).filter(([, { path, scope }]: [string, Operation]) => scope !== null && pathParameters(path).length > 0);
    for (const [name, operation] of withIds) {
      const answer = await keys.call(stranger, operation.method.toUpperCase() as Method, fill(operation.path), operation.body === undefined ? undefined : (bodies[name] ?? {}));
      expect([routeOf(operation), answer.status, answer.body['code']]).toEqual([routeOf(operation), 404, 'not_found']);
      walked.push(name);
    }
    expect(walked.length).toBeGreaterThan(25);
    expect(await state()).toEqual(before);
    // What takes no id shows and ends nothing of theirs.
    for (const { method, path, scope } of families.flatMap(({ service, operations }) => (service === 'keys' ? Object.values(operations) : []))) {
      if (method !== 'get' || scope === null || pathParameters(path).length > 0) continue;
      expect([path, (await keys.call(stranger, 'GET', path)).body.items]).toEqual([path, []]);
    }
    expect(await keys.call(stranger, 'POST', '/v1/pats/revoke', { ids: ids['/v1/pats'] })).toMatchObject({ status: 404 });
    expect(await state()).toEqual(before);
  });
});

describe('without the gateway’s keys', () => {
  verifies('GW-30', 'nobody is told that the credential is bad: 503', async () => {
    const keys = await KeysFixture.start();
    try {
      const header = await keys.gateway.assert(ann);
      await keys.gateway.close();
      expect(await keys.send('GET', '/v1/pats', { [identityHeader]: header })).toMatchObject({ status: 503, body: { code: 'state_stale' } });
      expect(await keys.send('GET', '/healthz', {})).toMatchObject({ status: 200 });
      expect(await keys.send('GET', '/readyz', {})).toMatchObject({ status: 200 });
    } finally {
      await keys.stop();
    }
  }, 60_000);
});

const nowSeconds = (): number => Math.floor(Date.now() / 1000);
