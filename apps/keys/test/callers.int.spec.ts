import { identityHeader } from '@latchkey/contracts';
import { verifies } from '@latchkey/testing';
import { generateKeyPair } from 'jose';
import { ann, bob, eve, KeysFixture, type Claims } from './keys-fixture.ts';

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
