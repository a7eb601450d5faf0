import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { eventually, verifies } from '@latchkey/testing';
import { authorize, redeem, refresh, registered } from './support/client.ts';
import { demo, startTestIdentity, type TestIdentity } from './support/identity.ts';

describe('a client that signs its user in', () => {
  let identity: TestIdentity;
  beforeAll(async () => {
    identity = await startTestIdentity();
  }, 60_000);
  afterAll(() => identity.stop());

  verifies(['AS-43', 'AS-50'], 'gets an ES256 access token for one resource with exactly the claims of the contract', async () => {
    const { issuer } = identity;
    const { client_id: clientId } = await registered(issuer);
    const authorized = await authorize(issuer, clientId);
    const { status, body, headers } = await redeem(issuer, clientId, authorized);
    expect([status, body.error_description]).toEqual([200, undefined]);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 3600, scope: 'mcp:read mcp:execute' });
    const { payload, protectedHeader } = await jwtVerify(body.access_token!, createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`)));
    expect(protectedHeader).toMatchObject({ alg: 'ES256', typ: 'at+jwt', kid: expect.any(String) as string });
    expect(Object.keys(payload).sort()).toEqual(['aud', 'client_id', 'exp', 'gid', 'iat', 'iss', 'jti', 'org', 'scope', 'sid', 'sub']);
    expect(payload).toMatchObject({ iss: issuer, aud: demo, client_id: clientId, org: 'acme', scope: 'mcp:read mcp:execute' });
    expect(payload.exp! - payload.iat!).toBe(3600);
  });

  verifies(['AS-51', 'AS-52', 'I6'], 'gets a refresh token without asking for offline_access, and a new one at every use', async () => {
    const { issuer } = identity;
    const { client_id: clientId } = await registered(issuer);
    const first = await redeem(issuer, clientId, await authorize(issuer, clientId));
    const second = await refresh(issuer, clientId, first.body.refresh_token!);
    expect(second.status).toBe(200);
    expect(second.body.refresh_token).not.toBe(first.body.refresh_token);
    const [before, after] = [decodeJwt(first.body.access_token!), decodeJwt(second.body.access_token!)];
    expect(after).toMatchObject({ sub: before.sub, gid: before.gid, sid: before.sid, org: before.org, aud: before.aud });
    expect(after.jti).not.toBe(before.jti);
  });

  verifies('AS-30', 'is answered with iss beside code and state', async () => {
    const { issuer } = identity;
    const { client_id: clientId } = await registered(issuer);
    const { answer } = await authorize(issuer, clientId);
    expect(answer.origin + answer.pathname).toBe('http://127.0.0.1:33418/callback');
    expect([...answer.searchParams.keys()].sort()).toEqual(['code', 'iss', 'state']);
    expect(answer.searchParams.get('iss')).toBe(issuer);
  });

  verifies('O3', 'is counted on the management port by grant and route, and by nothing that a caller made up', async () => {
    const { issuer, running } = identity;
    const metric = async (line: RegExp): Promise<number> => Number(line.exec(await (await fetch(`http://127.0.0.1:${running.managementPort}/metrics`)).text())?.[1] ?? 0);
    const issued = () => metric(/^identity_token_requests_total\{grant="authorization_code",error="none"\} (\d+)$/m);
    const refused = () => metric(/^identity_token_requests_total\{grant="other",error="other"\} (\d+)$/m);
    const before = [await issued(), await refused()] as const;
    const { client_id: clientId } = await registered(issuer);
    await redeem(issuer, clientId, await authorize(issuer, clientId));
    await fetch(`${issuer}/oauth/token`, { method: 'POST', body: new URLSearchParams({ grant_type: 'made-up', client_id: clientId }) });
    for (const path of ['/made-up', '/oauth/authorize/made-up', '/v1/servers/made-up']) await fetch(`${issuer}${path}`, { redirect: 'manual' });
    expect(await issued()).toBe(before[0] + 1);
    expect(await metric(/^http_request_duration_seconds_count\{method="POST",route="\/oauth\/token",status="200"\} (\d+)$/m)).toBeGreaterThan(0);
    expect(await metric(/^http_request_duration_seconds_count\{method="GET",route="\/v1\/servers\/:slug",status="401"\} (\d+)$/m)).toBe(1);
    expect(await metric(/^http_request_duration_seconds_count\{method="GET",route="none",status="404"\} (\d+)$/m)).toBe(1);
    expect(await metric(/^identity_audit_links (\d+)$/m) + (await metric(/^identity_audit_unchained (\d+)$/m))).toBeGreaterThan(0);
    await eventually(async () => expect(await metric(/^outbox_unpublished (\d+)$/m)).toBe(0));
    expect(await (await fetch(`http://127.0.0.1:${running.managementPort}/metrics`)).text()).not.toContain('made-up');
    expect((await fetch(`${issuer}/metrics`)).status).toBe(404);
  });
});
