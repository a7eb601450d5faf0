import { verifies } from '@latchkey/testing';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { connect, loopback, post, redeem, register, registered, authorize, type Registered } from './support/client.ts';
import { Documents } from './support/documents.ts';
import { demo, startTestIdentity, type TestIdentity } from './support/identity.ts';

const machineGrants = [
  'client_credentials', 'urn:ietf:params:oauth:grant-type:jwt-bearer', 'urn:ietf:params:oauth:grant-type:token-exchange',
  'urn:ietf:params:oauth:grant-type:device_code', 'urn:openid:params:grant-type:ciba', 'implicit', 'password',
];
const allowed = ['authorization_code', 'refresh_token'];

/** Attempts of a stranger to become more than a stranger (AS-21). */
describe('registration for privileged grants', () => {
  const outbound = new Documents();
  let identity: TestIdentity;
  beforeAll(async () => {
    identity = await startTestIdentity({ outbound, variables: { LATCHKEY_REGISTRATION_LIMIT_PER_HOUR: '10000' } });
  }, 60_000);
  afterAll(() => identity.stop());

  const raw = (body: string, headers: Record<string, string> = {}) =>
    fetch(`${identity.issuer}/oauth/clients/register`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });
  const put = (client: Registered, body: string) =>
    fetch(client.registration_client_uri, { method: 'PUT', headers: { 'content-type': 'application/json', authorization: `Bearer ${client.registration_access_token}` }, body });
  const stored = async (id: string) => (await identity.dataSource.query<{ metadata: Record<string, unknown>; privileged: boolean; machine: unknown; org: string | null }[]>('SELECT metadata, privileged, machine, org FROM clients WHERE id = $1', [id]))[0]!;

  /** Whatever was sent: what is stored is an ordinary client, and the token endpoint has nothing for it. */
  async function expectOrdinary(client: Registered): Promise<void> {
    const row = await stored(client.client_id);
    expect((row.metadata.grant_types as string[]).filter((grant) => !allowed.includes(grant))).toEqual([]);
    expect([row.privileged, row.machine, row.org]).toEqual([false, null, null]);
    const secret: Record<string, string> = client.client_secret === undefined ? {} : { client_secret: client.client_secret };
    for (const grant of machineGrants) {
      const { status, body } = await post(identity.issuer, '/oauth/token', {
        grant_type: grant, client_id: client.client_id, ...secret, resource: demo, scope: 'mcp:read', assertion: 'x', subject_token: 'x',
        subject_token_type: 'urn:ietf:params:oauth:token-type:access_token', device_code: 'x', auth_req_id: 'x', username: 'a', password: 'b',
      });
      expect([grant, status >= 400 && status < 500, body.access_token]).toEqual([grant, true, undefined]);
    }
  }

  const base = { client_name: 'Mallory', redirect_uris: [loopback], token_endpoint_auth_method: 'client_secret_post' };
  const shapes: [string, unknown][] = [
    ['as they are', machineGrants],
    ['in other letter case', machineGrants.map((grant) => grant.toUpperCase())],
    ['with blanks', machineGrants.map((grant) => ` ${grant} `)],
    ['as one text', machineGrants.join(' ')],
    ['in lists in lists', [[...machineGrants], [['client_credentials']]]],
    ['as an object that looks like a list', { 0: 'client_credentials', length: 1 }],
    ['as objects', [{ toString: 'client_credentials' }]],
    ['as null', null],
    ['as an empty list', []],
    ['a thousand times', Array.from({ length: 400 }, () => 'client_credentials')],
  ];

  it.each(shapes)('[AS-21] gives none to who names them %s, on registering and on updating', async (_how, grants) => {
    const response = await register(identity.issuer, { ...base, grant_types: grants });
    expect(response.status).toBe(201);
    const client = (await response.json()) as Registered;
    await expectOrdinary(client);
    const { client_id: id, client_secret: secret } = client;
    const updated = await put(client, JSON.stringify({ ...base, client_id: id, client_secret: secret, grant_types: grants }));
    expect(updated.status).toBe(200);
    await expectOrdinary({ ...client, ...((await updated.json()) as Registered), client_secret: secret });
  });

  it.each([
    ['grant_types', `{"client_name":"M","redirect_uris":["${loopback}"],"token_endpoint_auth_method":"client_secret_post","grant_types":["authorization_code"],"grant_types":["client_credentials"]}`],
    ['grant_types, the harmless last', `{"client_name":"M","redirect_uris":["${loopback}"],"token_endpoint_auth_method":"client_secret_post","grant_types":["client_credentials"],"grant_types":["authorization_code"]}`],
    ['escaped names', `{"client_name":"M","redirect_uris":["${loopback}"],"token_endpoint_auth_method":"client_secret_post","grant\\u005ftypes":["client_credentials"]}`],
    ['redirect_uris', `{"client_name":"M","redirect_uris":["${loopback}"],"redirect_uris":["javascript:alert(1)"],"token_endpoint_auth_method":"none"}`],
    ['__proto__', `{"client_name":"M","redirect_uris":["${loopback}"],"token_endpoint_auth_method":"client_secret_post","__proto__":{"grant_types":["client_credentials"],"privileged":true}}`],
    ['constructor', `{"client_name":"M","redirect_uris":["${loopback}"],"token_endpoint_auth_method":"client_secret_post","constructor":{"prototype":{"privileged":true}}}`],
  ])('[AS-21] is not fooled by members given twice or in disguise: %s', async (what, body) => {
    const response = await raw(body);
    if (what === 'redirect_uris') {
      expect(response.status).toBe(400);
      return;
    }
    expect(response.status).toBe(201);
    await expectOrdinary((await response.json()) as Registered);
    expect(({} as { privileged?: unknown }).privileged).toBeUndefined();
  });

  verifies('AS-21', 'members of ours cannot be set by a registration or an update', async () => {
    const ours = { privileged: true, machine: { role: 'admin' }, org: 'acme', scopes: ['org:admin'], resources: [demo], origin: 'registered', created_by: 'x', epoch: 0, noManage: true, revivable: true, deleted_at: null };
    const client = (await (await register(identity.issuer, { ...base, ...ours })).json()) as Registered;
    await expectOrdinary(client);
    for (const name of Object.keys(ours)) expect(client).not.toHaveProperty(name);
    expect((await put(client, JSON.stringify({ ...base, client_id: client.client_id, client_secret: client.client_secret, ...ours }))).status).toBe(200);
    await expectOrdinary(client);
  });

  verifies('AS-21', 'an update reaches its own client only, whatever id the body names', async () => {
    const [mine, other] = [await registered(identity.issuer, base), await registered(identity.issuer, base)];
    expect((await put(mine, JSON.stringify({ ...base, client_id: other.client_id, client_name: 'Taken' }))).status).toBe(400);
    const crossed = await fetch(other.registration_client_uri, { method: 'PUT', headers: { 'content-type': 'application/json', authorization: `Bearer ${mine.registration_access_token}` }, body: JSON.stringify({ ...base, client_id: other.client_id, client_name: 'Taken' }) });
    expect(crossed.status).toBe(401);
    expect((await stored(other.client_id)).metadata.client_name).toBe('Mallory');
  });

  it.each([
    ['form', 'application/x-www-form-urlencoded', 'grant_types=client_credentials&redirect_uris=https://a.example/'],
    ['text', 'text/plain', JSON.stringify({ ...base, grant_types: machineGrants })],
    ['a JWT', 'application/jwt', 'e30.e30.'],
    ['no type', '', JSON.stringify({ ...base, grant_types: machineGrants })],
    ['UTF-16', 'application/json; charset=utf-16', JSON.stringify({ ...base, grant_types: machineGrants })],
  ])('[AS-21] gives nothing to a body that is %s', async (_what, type, body) => {
    const response = await raw(body, { 'content-type': type });
    const answer = (await response.json()) as Registered;
    if (response.status === 201) await expectOrdinary(answer);
    else expect([response.status >= 400 && response.status < 500, answer.client_id]).toEqual([true, undefined]);
  });

  verifies('AS-21', 'keys are the client\'s own business: none that is secret, none of ours, none that lets somebody else in', async () => {
    const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
    const jwk = { ...(await exportJWK(publicKey)), kid: 'k', use: 'sig', alg: 'RS256' };
    const keyed = { ...base, token_endpoint_auth_method: 'private_key_jwt' };
    const bad: unknown[] = [
      { ...(await exportJWK(privateKey)), kid: 'k' }, { kty: 'oct', k: 'c2VjcmV0', kid: 'k' }, 'text', null, [jwk],
    ];
    for (const key of bad) expect((await register(identity.issuer, { ...keyed, jwks: { keys: [key] } })).status).toBe(400);
    for (const jwks of ['text', { keys: 'text' }, { keys: Array.from({ length: 11 }, () => jwk) }, []]) expect((await register(identity.issuer, { ...keyed, jwks })).status).toBe(400);
    for (const uri of ['http://a.example/k', 'file:///etc/passwd', 'https://', 7]) expect((await register(identity.issuer, { ...keyed, jwks_uri: uri })).status).toBe(400);
    expect((await register(identity.issuer, { ...keyed, jwks: { keys: [jwk] }, jwks_uri: 'https://a.example/k' })).status).toBe(400);
    const client = await registered(identity.issuer, { ...keyed, jwks: { keys: [jwk] } });
    const assertion = (claims: { sub?: string; aud?: string }, key = privateKey, alg = 'RS256') =>
      new SignJWT({ jti: crypto.randomUUID() }).setProtectedHeader({ alg, kid: 'k' }).setIssuer(client.client_id).setSubject(claims.sub ?? client.client_id).setAudience(claims.aud ?? identity.issuer).setIssuedAt().setExpirationTime('1m').sign(key);
    const type = { client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' };
    const stranger = (await generateKeyPair('RS256')).privateKey;
    const attempts = [await assertion({}, stranger), await assertion({ sub: 'dyn-other' }), await assertion({ aud: 'https://elsewhere.example' }), `${Buffer.from('{"alg":"none"}').toString('base64url')}.${(await assertion({})).split('.')[1]}.`];
    for (const attempt of attempts) {
      const { status, body } = await post(identity.issuer, '/oauth/token', { grant_type: 'client_credentials', client_id: client.client_id, resource: demo, ...type, client_assertion: attempt });
      expect([status >= 400 && status < 500, ['invalid_client', 'invalid_request'].includes(body.error ?? ''), body.access_token]).toEqual([true, true, undefined]);
    }
    const good = await post(identity.issuer, '/oauth/token', { grant_type: 'client_credentials', client_id: client.client_id, resource: demo, ...type, client_assertion: await assertion({}) });
    expect([good.status, good.body.access_token]).toEqual([400, undefined]);
    const once = await assertion({});
    const authorized = await authorize(identity.issuer, client.client_id);
    expect((await redeem(identity.issuer, client.client_id, authorized, { ...type, client_assertion: once })).status).toBe(200);
    const again = await post(identity.issuer, '/oauth/token', { grant_type: 'refresh_token', client_id: client.client_id, refresh_token: 'x', ...type, client_assertion: once });
    expect([again.status, again.body.error]).toEqual([401, 'invalid_client']);
  });

  verifies('AS-21', 'a client metadata document gets no more either', async () => {
    const id = 'https://mallory.example/client.json';
    outbound.documents.set(id, { client_id: id, client_name: 'M', redirect_uris: [loopback], grant_types: machineGrants, privileged: true, machine: { role: 'admin' }, org: 'acme' });
    for (const grant of machineGrants) {
      const { status, body } = await post(identity.issuer, '/oauth/token', { grant_type: grant, client_id: id, resource: demo, scope: 'mcp:read', assertion: 'x', device_code: 'x', auth_req_id: 'x' });
      expect([grant, status >= 400 && status < 500, body.access_token]).toEqual([grant, true, undefined]);
    }
    const { status } = await redeem(identity.issuer, id, await authorize(identity.issuer, id));
    expect(status).toBe(200);
  });

  verifies('AS-21', 'metadata that somebody got into the table makes no machine: the mark of ours decides', async () => {
    const { clientId } = await connect(identity.issuer);
    await identity.dataSource.query(`UPDATE clients SET secret_hash = sha256('secret'), metadata = metadata || '{"grant_types":["client_credentials"],"response_types":[],"token_endpoint_auth_method":"client_secret_post"}' WHERE id = $1`, [clientId]);
    const { status, body } = await post(identity.issuer, '/oauth/token', { grant_type: 'client_credentials', client_id: clientId, client_secret: 'secret', resource: demo, scope: 'mcp:read' });
    expect([status, body.access_token]).toEqual([400, undefined]);
  });
});
