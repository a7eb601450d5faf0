import { verifies } from '@latchkey/testing';
import { startTestIdentity, type TestIdentity } from './support/identity.ts';

describe('discovery', () => {
  let identity: TestIdentity;
  let document: Record<string, unknown>;
  beforeAll(async () => {
    identity = await startTestIdentity();
    document = (await (await fetch(`${identity.issuer}/.well-known/oauth-authorization-server`)).json()) as Record<string, unknown>;
  }, 60_000);
  afterAll(() => identity.stop());

  verifies('AS-02', 'pins the metadata: exactly what works, and nothing else', () => {
    const { issuer } = identity;
    expect(document).toEqual({
      issuer,
      authorization_endpoint: `${issuer}/oauth/authorize`,
      token_endpoint: `${issuer}/oauth/token`,
      registration_endpoint: `${issuer}/oauth/clients/register`,
      revocation_endpoint: `${issuer}/oauth/revoke`,
      introspection_endpoint: `${issuer}/oauth/introspect`,
      userinfo_endpoint: `${issuer}/oauth/userinfo`,
      device_authorization_endpoint: `${issuer}/oauth/device`,
      pushed_authorization_request_endpoint: `${issuer}/oauth/par`,
      end_session_endpoint: `${issuer}/oauth/end-session`,
      jwks_uri: `${issuer}/.well-known/jwks.json`,
      response_types_supported: ['code'],
      response_modes_supported: ['form_post', 'fragment', 'query'],
      grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials', 'urn:ietf:params:oauth:grant-type:device_code', 'urn:ietf:params:oauth:grant-type:token-exchange', 'urn:ietf:params:oauth:grant-type:jwt-bearer'],
      authorization_grant_profiles_supported: ['urn:ietf:params:oauth:grant-profile:id-jag'],
      code_challenge_methods_supported: ['S256'],
      token_endpoint_auth_methods_supported: ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'],
      token_endpoint_auth_signing_alg_values_supported: ['RS256', 'PS256', 'ES256', 'EdDSA'],
      id_token_signing_alg_values_supported: ['ES256', 'RS256'],
      subject_types_supported: ['public'],
      scopes_supported: [
        'openid', 'email', 'profile', 'offline_access', 'mcp:read', 'mcp:execute', 'workflow:read', 'workflow:run', 'keys:read', 'keys:write',
        'servers:read', 'servers:write', 'webhooks:read', 'webhooks:write', 'connections:read', 'connections:write', 'org:read', 'org:admin', 'audit:read',
      ],
      dpop_signing_alg_values_supported: ['ES256', 'Ed25519', 'EdDSA'],
      claims_supported: ['sub', 'email', 'email_verified', 'name', 'sid', 'auth_time', 'iss'],
      claim_types_supported: ['normal'],
      claims_parameter_supported: false,
      request_uri_parameter_supported: false,
      authorization_response_iss_parameter_supported: true,
      client_id_metadata_document_supported: true,
    });
  });

  verifies('AS-01', 'names one issuer everywhere, whatever Host and forwarding headers say', async () => {
    const headers = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https', forwarded: 'host=evil.example' };
    for (const path of ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration']) {
      const response = await fetch(identity.issuer + path, { headers });
      expect(await response.json()).toEqual(document);
    }
  });

  verifies('AS-02', 'is public: CORS for everybody, for at most 300 s in a cache', async () => {
    for (const path of ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration', '/.well-known/jwks.json']) {
      const response = await fetch(identity.issuer + path, { headers: { origin: 'https://inspector.example' } });
      expect([response.status, response.headers.get('access-control-allow-origin'), response.headers.get('cache-control')]).toEqual([200, '*', 'public, max-age=300']);
    }
  });

  verifies('AS-70', 'publishes an ES256 and an RS256 key, their public halves only, and the ES256 one on the feed', async () => {
    const { keys } = (await (await fetch(`${identity.issuer}/.well-known/jwks.json`)).json()) as { keys: Record<string, string>[] };
    expect(keys.map(({ alg, use }) => [alg, use])).toEqual([['ES256', 'sig'], ['RS256', 'sig']]);
    for (const key of keys) expect(Object.keys(key)).not.toEqual(expect.arrayContaining(['d']));
    const record = identity.published.find(({ record: { kind } }) => kind === 'jwks')?.record;
    expect(record).toEqual({ kind: 'jwks', keys: [keys[0]] });
  });

  verifies('DISC-01', 'leads whoever looks at its own address to the catalogue of the gateway, and people to the console', async () => {
    const look = async (path: string) => await fetch(`${identity.issuer}${path}`, { redirect: 'manual' });
    const home = await look('/');
    expect([home.status, home.headers.get('location')]).toEqual([302, '/console']);
    const gateway = /<(.*)\/\.well-known\/api-catalog>; rel="api-catalog"/.exec(home.headers.get('link') ?? '')?.[1];
    expect(gateway).toMatch(/^http/);
    for (const path of ['/.well-known/api-catalog', '/llms.txt']) {
      const { status, headers } = await look(path);
      expect([status, headers.get('location'), headers.get('access-control-allow-origin')]).toEqual([307, `${gateway}${path}`, '*']);
    }
  });

  verifies('AS-03', 'lets browsers register, and has no CORS at the authorization endpoint', async () => {
    const ask = { method: 'OPTIONS', headers: { origin: 'https://inspector.example', 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' } };
    const registration = await fetch(`${identity.issuer}/oauth/clients/register`, ask);
    expect([registration.status, registration.headers.get('access-control-allow-origin')]).toEqual([204, '*']);
    const authorization = await fetch(`${identity.issuer}/oauth/authorize`, ask);
    expect(authorization.headers.get('access-control-allow-origin')).toBeNull();
  });
});
