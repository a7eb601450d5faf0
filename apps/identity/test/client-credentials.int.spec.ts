import { eventually, verifies } from '@latchkey/testing';
import { decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { OidcEngine } from '../src/provider/oidc-engine.ts';
import { startAsker, startWithGateway, type Caller } from './support/asker.ts';
import { post, register, registered } from './support/client.ts';
import { admin, demo, gateway } from './support/identity.ts';
import { person, tenant, userId } from './support/people.ts';

describe('client credentials', () => {
  let world: Awaited<ReturnType<typeof startWithGateway>>;
  let asker: Awaited<ReturnType<typeof startAsker>>;
  let issuer: string;
  let owner: Caller;

  beforeAll(async () => {
    world = await startWithGateway();
    issuer = world.identity.issuer;
    asker = await startAsker(world.identity);
    const scope = 'org:read org:admin keys:write servers:write mcp:read mcp:execute';
    owner = { sub: await userId(world.identity, admin.email), org: 'acme', scope, roles: { org: 'owner', projects: {} } };
  }, 60_000);
  afterAll(() => world.stop());

  interface Made {
    id: string;
    clientSecret: string;
  }
  const machine = async (more: Record<string, unknown> = {}): Promise<Made> => {
    const body = { org: 'acme', kind: 'machine', name: 'Nightly', scopes: ['mcp:read', 'mcp:execute'], resources: [demo], machine: { role: 'member', projects: { prod: 'contributor' } }, ...more };
    const answer = await world.call('POST', '/v1/oauth-clients', owner, body);
    expect([answer.status, answer.body.detail]).toEqual([201, undefined]);
    return answer.body as unknown as Made;
  };
  const basic = ({ id, clientSecret }: Made) => ({ authorization: `Basic ${Buffer.from(`${id}:${clientSecret}`).toString('base64')}` });
  const ask = (made: Made, form: Record<string, string> = {}) => post(issuer, '/oauth/token', { grant_type: 'client_credentials', ...form }, basic(made));

  verifies('AS-82', 'a machine gets a token for what was fixed when it was made: its own name, one resource, its role\'s scopes, no refresh token', async () => {
    const made = await machine();
    const { status, body, headers } = await ask(made);
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(body).toEqual({ access_token: expect.any(String) as string, token_type: 'Bearer', expires_in: 3600, scope: 'mcp:read mcp:execute' });
    expect(decodeProtectedHeader(body.access_token!)).toMatchObject({ typ: 'at+jwt', alg: 'ES256' });
    const claims = decodeJwt(body.access_token!);
    expect(claims).toEqual({ iss: issuer, sub: made.id, client_id: made.id, aud: demo, org: 'acme', scope: 'mcp:read mcp:execute', jti: expect.any(String) as string, iat: claims.iat, exp: claims.iat! + 3600 });
    expect((await asker.introspect(body.access_token!)).body).toEqual({ active: true, token_type: 'Bearer', ...claims });
    expect((await ask(made, { scope: 'mcp:read', resource: `${demo}/` })).body.scope).toBe('mcp:read');
    // What gateways judge such a token by: a member like any other.
    expect(await eventually(() => world.identity.published.find(({ record }) => record.kind === 'member' && record.user === made.id)?.record ?? false)).toMatchObject({
      memberships: [{ org: 'acme', role: 'member', projects: { prod: 'contributor' } }],
    });
  });

  it('is let go of when it is answered: nothing of a request waits for a collection of the whole heap', async () => {
    const made = await machine();
    const engine = world.identity.running.app.get(OidcEngine).provider;
    const served = new Promise<KoaContextWithOIDC & Record<symbol, unknown>>((resolve) => engine.once('grant.success', resolve as (ctx: KoaContextWithOIDC) => void));
    expect((await ask(made)).status).toBe(200);
    const ctx = await served;
    await eventually(() => ctx.req === undefined);
    const left = (object: object) => Reflect.ownKeys(object).filter((key) => !['oidc', 'onerror'].includes(String(key)) && Reflect.get(object, key) !== undefined);
    expect([left(ctx), left(ctx.oidc)]).toEqual([[], []]);
    // As Koa does where the connection breaks off on the way out.
    expect(() => ctx.onerror(new Error('reset'))).not.toThrow();
  });

  verifies('I11', 'its tokens live no longer than its organization allows', async () => {
    const made = await machine();
    await world.identity.dataSource.query(`INSERT INTO organization_policies (org, policy, revision) VALUES ('acme', '{"accessTokenTtlSeconds": 120}', 1)`);
    const { body } = await ask(made);
    const { iat, exp } = decodeJwt(body.access_token!);
    expect([body.expires_in, exp! - iat!]).toEqual([120, 120]);
    await world.identity.dataSource.query("DELETE FROM organization_policies WHERE org = 'acme'");
    expect((await ask(made)).body.expires_in).toBe(3600);
  });

  verifies('AS-82', 'it is refused what goes beyond: scopes, resources, its role, another organization', async () => {
    const viewer = await machine({ machine: { role: 'member', projects: { prod: 'viewer' } } });
    expect((await ask(viewer)).body.scope).toBe('mcp:read');
    expect((await ask(viewer, { scope: 'mcp:read mcp:execute' })).body.error).toBe('invalid_scope');
    for (const scope of ['org:admin', 'nonsense', 'openid', 'mcp:read  keys:write']) expect([scope, (await ask(viewer, { scope })).body.error]).toEqual([scope, 'invalid_scope']);
    for (const resource of [`${gateway}/mcp`, `${gateway}/v1`, `${gateway}/mcp/none`, 'https://elsewhere.example/', 'x']) {
      expect([resource, (await ask(viewer, { resource })).body.error]).toEqual([resource, 'invalid_target']);
    }
    const several = await machine({ resources: [demo, `${gateway}/mcp`] });
    expect((await ask(several)).body.error).toBe('invalid_target');
    expect(decodeJwt((await ask(several, { resource: `${gateway}/mcp` })).body.access_token!).aud).toBe(`${gateway}/mcp`);
    const nobody = await machine({ machine: { role: 'member', projects: {} } });
    expect((await ask(nobody)).body.error).toBe('invalid_scope');
    await tenant(world.identity, 'rival', await person(world.identity, 'rita@example.com'));
    await world.identity.dataSource.query('UPDATE clients SET resources = $1 WHERE id = $2', [[`${gateway}/mcp/rival-server`], nobody.id]);
    expect((await ask(nobody)).body.error).toBe('invalid_scope');
  });

  verifies('AS-21', 'nobody else gets one: no registered client, no metadata and no wrong secret makes a machine', async () => {
    const made = await machine();
    expect((await ask({ ...made, clientSecret: `${made.clientSecret.slice(0, -2)}xx` })).status).toBe(401);
    const dynamic = await registered(issuer, { token_endpoint_auth_method: 'client_secret_basic', grant_types: ['authorization_code', 'client_credentials'] });
    const stranger = { id: dynamic.client_id, clientSecret: dynamic.client_secret! };
    expect((await ask(stranger)).status).toBe(400);
    // Even where metadata would allow the grant, the mark that we set ourselves decides.
    await world.identity.dataSource.query(`UPDATE clients SET metadata = jsonb_set(metadata, '{grant_types}', '["client_credentials"]') || '{"response_types": [], "redirect_uris": []}' WHERE id = $1`, [stranger.id]);
    expect((await ask(stranger)).body.error).toBe('unauthorized_client');
    expect((await register(issuer, { client_name: 'x', redirect_uris: ['https://a.example/cb'], machine: { role: 'admin', projects: {} }, privileged: true })).status).toBe(201);
    const [{ n }] = await world.identity.dataSource.query<[{ n: string }]>("SELECT count(*) AS n FROM clients WHERE origin = 'dynamic' AND (privileged AND id <> $1 OR machine IS NOT NULL)", [asker.id]);
    expect(n).toBe('0');
    // And a machine is no resource server: it learns nothing of others' tokens.
    const { access_token: token } = (await ask(made)).body;
    expect((await post(issuer, '/oauth/introspect', { token: token! }, basic(await machine()))).body).toEqual({ active: false });
  });

  verifies('AS-82', 'it may prove itself with a key', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'm', alg: 'ES256', use: 'sig' }] };
    const { id } = await machine({ authMethod: 'private_key_jwt', jwks });
    const assertion = await new SignJWT({ jti: crypto.randomUUID() }).setProtectedHeader({ alg: 'ES256', kid: 'm' }).setIssuer(id).setSubject(id).setAudience(issuer).setIssuedAt().setExpirationTime('1m').sign(privateKey);
    const form = { grant_type: 'client_credentials', client_assertion: assertion, client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' };
    expect((await post(issuer, '/oauth/token', form)).status).toBe(200);
    expect((await post(issuer, '/oauth/token', form)).status).toBe(401);
  });

  verifies('AS-63', 'its tokens die alone, by their jti, and all of them with the client or the organization', async () => {
    const made = await machine();
    const [one, two] = [(await ask(made)).body.access_token!, (await ask(made)).body.access_token!];
    expect((await post(issuer, '/oauth/revoke', { token: one }, basic(made))).status).toBe(200);
    expect(await asker.published('token', decodeJwt(one).jti)).toMatchObject({ kind: 'token' });
    expect([await asker.isActive(one), await asker.isActive(two)]).toEqual([false, true]);
    expect((await world.call('DELETE', `/v1/oauth-clients/${made.id}`, owner)).status).toBe(200);
    expect(await asker.published('client', made.id)).toMatchObject({ disabled: true });
    expect(await asker.isActive(two)).toBe(false);
    expect((await ask(made)).status).toBe(401);
    const other = await machine();
    const token = (await ask(other)).body.access_token!;
    expect((await world.call('POST', '/v1/orgs/acme/revoke', owner)).status).toBe(200);
    expect(await asker.isActive(token)).toBe(false);
  });
});
