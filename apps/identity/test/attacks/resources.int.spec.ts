import { verifies } from '@latchkey/testing';
import { decodeJwt, SignJWT } from 'jose';
import { FormBrowser, type Page } from '../support/browser.ts';
import { authorize, authorizeUrl, connect, pkce, post, redeem, refresh, registered } from '../support/client.ts';
import { demo, gateway, startTestIdentity, type TestIdentity } from '../support/identity.ts';

describe('attacks on the audience of tokens', () => {
  let identity: TestIdentity;
  let issuer: string;
  let clientId: string;
  beforeAll(async () => {
    identity = await startTestIdentity();
    issuer = identity.issuer;
    await identity.running.seed.server({ org: 'acme', project: 'prod', slug: 'payroll', name: 'Payroll', url: 'http://127.0.0.1:9/mcp' });
    clientId = (await registered(issuer)).client_id;
  }, 60_000);
  afterAll(() => identity.stop());

  const ask = (resource: string): Promise<Page> => new FormBrowser(issuer).open(authorizeUrl(issuer, clientId, { code_challenge: pkce().challenge, resource }));

  it.each([
    ['of another host', 'http://gate.test.evil.example/mcp/demo'],
    ['with our host as user name', 'http://gate.test@evil.example/mcp/demo'],
    ['that climbs out of its path', `${demo}/../../v1`],
    ['that climbs in encoded dots', `${gateway}/mcp/%2e%2e/v2`],
    ['with an encoded slash', `${gateway}/mcp%2Fdemo`],
    ['with an encoded letter', `${gateway}/mcp/dem%6f`],
    ['with a query', `${demo}?org=other`],
    ['with a fragment', `${demo}#x`],
    ['in other letters', `${gateway}/mcp/DEMO`],
    ['with a look-alike letter', `${gateway}/mcp/d\u0435mo`],
    ['of another port', 'http://gate.test:8443/mcp/demo'],
    ['that is no URL', 'demo'],
    ['with two slashes at the end', `${demo}//`],
    ['with a NUL', `${demo}\u0000`],
    ['that is very long', `${gateway}/mcp/${'a'.repeat(5000)}`],
  ])('[AS-41] a resource %s is refused at the redirect', async (_what, resource) => {
    const page = await ask(resource);
    expect([page.left?.searchParams.get('code') ?? null, page.left?.searchParams.get('error') ?? page.status]).toEqual([null, page.left === undefined ? 400 : 'invalid_target']);
  });

  verifies('AS-42', 'a code for one server never becomes a token for another one, for the platform or for the management API', async () => {
    for (const resource of [`${gateway}/mcp/payroll`, `${gateway}/mcp`, `${gateway}/v1`]) {
      const { status, body } = await redeem(issuer, clientId, await authorize(issuer, clientId), { resource });
      expect([resource, status, body.error, body.access_token]).toEqual([resource, 400, 'invalid_target', undefined]);
    }
  });

  verifies('AS-42', 'nor does a refresh token, and who tries does not lose it: it stays good for its own', async () => {
    const { clientId: own, tokens } = await connect(issuer);
    const { status, body } = await refresh(issuer, own, tokens.refresh_token, { resource: `${gateway}/mcp/payroll` });
    expect([status, body.error]).toEqual([400, 'invalid_target']);
    const again = await refresh(issuer, own, tokens.refresh_token);
    expect(decodeJwt(again.body.access_token!).aud).toBe(demo);
  });

  verifies('AS-43', 'no refresh gets more scopes than were allowed, by any spelling', async () => {
    const { clientId: own, tokens } = await connect(issuer, { scope: 'mcp:read' });
    for (const scope of ['mcp:read mcp:execute', 'mcp:read org:admin', 'mcp:execute']) {
      const { status, body } = await refresh(issuer, own, tokens.refresh_token, { scope });
      expect([scope, status, body.error]).toEqual([scope, 400, 'invalid_scope']);
    }
    expect((await refresh(issuer, own, tokens.refresh_token)).body.scope).toBe('mcp:read');
  });

  describe('what is no access token', () => {
    it('opens nothing at user info: an ID token, a refresh token, a token for a server, one that is unsigned', async () => {
      const signIn = { scope: 'openid email', resource: undefined };
      const { tokens } = await connect(issuer, signIn);
      const idToken = (tokens as unknown as { id_token: string }).id_token;
      const server = (await connect(issuer)).tokens.access_token;
      const unsigned = `${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')}.${server.split('.')[1]}.`;
      const forged = await new SignJWT(decodeJwt(server)).setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' }).sign(Buffer.alloc(32, 1));
      for (const token of [idToken, tokens.refresh_token, server, unsigned, forged]) {
        const response = await fetch(`${issuer}/oauth/userinfo`, { headers: { authorization: `Bearer ${token}` } });
        expect(response.status).toBe(401);
        expect(response.headers.get('www-authenticate')).toContain('invalid_token');
        await response.body?.cancel();
      }
      const good = await fetch(`${issuer}/oauth/userinfo`, { headers: { authorization: `Bearer ${tokens.access_token}` } });
      expect([good.status, await good.json()]).toEqual([200, expect.objectContaining({ email: 'admin@example.com' })]);
    });

    it('revokes nothing of somebody else: a forged token with the jti of a good one', async () => {
      const { clientId: own, tokens } = await connect(issuer);
      const forged = await new SignJWT(decodeJwt(tokens.access_token)).setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' }).sign(Buffer.alloc(32, 1));
      const { status } = await post(issuer, '/oauth/revoke', { client_id: own, token: forged });
      expect(status).toBe(200);
      const rows = await identity.dataSource.query<unknown[]>('SELECT 1 FROM revoked_tokens WHERE jti = $1', [decodeJwt(tokens.access_token).jti]);
      expect(rows).toEqual([]);
    });
  });
});
