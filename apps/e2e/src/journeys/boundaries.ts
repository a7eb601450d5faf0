import { eventually } from '@latchkey/testing';
import { generateKeyPair, SignJWT } from 'jose';
import { obtainToken } from '../clients/obtain-token.ts';
import { rawMcp, readChallenge } from '../clients/raw-mcp.ts';
import { callApi, manage, type System } from '../harness/system.ts';
import { mintPat } from './pat-journey.ts';

/** A token is for one resource: another server, and the management API, refuse it, and the other way round (GW-22). */
export async function expectOneAudience(system: System, slug: string, otherSlug: string): Promise<void> {
  const resource = `${system.gatewayUrl}/mcp/${slug}`;
  const { access } = await obtainToken({ issuer: system.issuer, resource, scope: 'mcp:read mcp:execute', account: system.admin });
  system.secrets.add('token of one audience', access);
  expect((await rawMcp({ url: resource, token: access })).status).toBe(200);
  const elsewhere = await rawMcp({ url: `${system.gatewayUrl}/mcp/${otherSlug}`, token: access, method: 'tools/list', params: {} });
  expect({ status: elsewhere.status, code: elsewhere.body['code'] }).toEqual({ status: 401, code: 'token_wrong_audience' });
  expect(readChallenge(elsewhere.headers)).toMatchObject({
    error: 'invalid_token', resource_metadata: `${system.gatewayUrl}/.well-known/oauth-protected-resource/mcp/${otherSlug}`,
  });
  const api = await callApi(system, { access }, 'GET', '/pats');
  expect({ status: api.status, code: api.body['code'] }).toEqual({ status: 401, code: 'token_wrong_audience' });
  const management = await manage(system, 'keys:read');
  const mcp = await rawMcp({ url: resource, token: management.access });
  expect({ status: mcp.status, code: mcp.body['code'] }).toEqual({ status: 401, code: 'token_wrong_audience' });
}

/** Too little scope is a 403 that names all that the operation needs (GW-32). */
export async function expectScopeChallenges(system: System, slug: string): Promise<void> {
  const reader = await manage(system, 'keys:read');
  const minted = await callApi(system, reader, 'POST', '/pats', { name: 'x', org: system.org, scopes: ['mcp:read'], expiresIn: '30d' });
  expect({ status: minted.status, code: minted.body['code'] }).toEqual({ status: 403, code: 'insufficient_scope' });

  const url = `${system.gatewayUrl}/mcp/${slug}`;
  const pat = await mintPat(system, await manage(system, 'keys:write'), 'may only read', ['mcp:read']);
  await eventually(async () => (await rawMcp({ url, token: pat.token, method: 'tools/list', params: {} })).status === 200);
  const refused = await rawMcp({ url, token: pat.token, params: { name: 'add_task', arguments: { title: 'never' } } });
  expect(refused.status).toBe(403);
  const challenge = readChallenge(refused.headers);
  expect(challenge).toMatchObject({ error: 'insufficient_scope', resource_metadata: `${system.gatewayUrl}/.well-known/oauth-protected-resource/mcp/${slug}` });
  expect(challenge!['scope']!.split(' ')).toContain('mcp:execute');
}

/** Whoever reaches a service behind the gateway without the gateway's signature is nobody there (GW-82). */
export async function expectNoWayAround(system: System, internalUrl: string, path: string): Promise<void> {
  const { access } = await manage(system, 'keys:write servers:write');
  const { privateKey } = await generateKeyPair('ES256');
  const forged = await new SignJWT({ scope: 'keys:write', org: system.org, credential: { kind: 'access_token', id: 'x' }, roles: { org: 'owner', projects: {} } })
    .setProtectedHeader({ alg: 'ES256', typ: 'latchkey-identity+jwt' })
    .setIssuer(system.gatewayUrl).setAudience(internalUrl).setSubject('somebody').setIssuedAt().setExpirationTime('60s').sign(privateKey);
  const attempts: Record<string, Record<string, string>> = {
    'no assertion': {},
    "the caller's own token": { authorization: `Bearer ${access}` },
    'a forged assertion': { 'latchkey-identity': forged },
  };
  for (const [what, headers] of Object.entries(attempts)) {
    const response = await fetch(`${internalUrl}${path}`, { headers });
    expect({ [what]: response.status }).toEqual({ [what]: 401 });
  }
  // Through the gateway, a caller's own assertion is taken off before ours is put on.
  const spoofed = await fetch(`${system.gatewayUrl}${path}`, { headers: { 'latchkey-identity': forged } });
  expect(spoofed.status).toBe(401);
}

/** RFC 7009 on an access token ends that token alone: its grant refreshes on (AS-61). */
export async function expectAccessTokenDiesAlone(system: System, slug: string): Promise<void> {
  const resource = `${system.gatewayUrl}/mcp/${slug}`;
  const grant = await obtainToken({ issuer: system.issuer, resource, scope: 'mcp:read mcp:execute', account: system.admin });
  for (const value of [grant.access, grant.refresh]) system.secrets.add('token of a grant that lives on', value);
  const revoked = await fetch(`${system.issuer}/oauth/revoke`, {
    method: 'POST', body: new URLSearchParams({ token: grant.access, token_type_hint: 'access_token', client_id: grant.clientId }),
  });
  expect(revoked.status).toBe(200);
  for (const gateway of system.gateways) {
    await eventually(async () => {
      const refused = await rawMcp({ url: `${gateway}/mcp/${slug}`, token: grant.access });
      expect({ status: refused.status, code: refused.body['code'] }).toEqual({ status: 401, code: 'token_revoked' });
    });
  }
  const refreshed = await fetch(`${system.issuer}/oauth/token`, {
    method: 'POST', body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: grant.refresh ?? '', client_id: grant.clientId }),
  });
  expect(refreshed.status).toBe(200);
  const { access_token: fresh, refresh_token: next } = (await refreshed.json()) as Record<string, string>;
  for (const value of [fresh, next]) system.secrets.add('refreshed token', value);
  for (const gateway of system.gateways) expect((await rawMcp({ url: `${gateway}/mcp/${slug}`, token: fresh! })).status).toBe(200);
}

/** What every answer carries: an id to ask about, the state of the limit, and nothing for a shared cache (GW-54). */
export async function expectAnswerHeaders(system: System, slug: string): Promise<void> {
  const url = `${system.gatewayUrl}/mcp/${slug}`;
  const pat = await mintPat(system, await manage(system, 'keys:write'), 'reads headers');
  await eventually(async () => (await rawMcp({ url, token: pat.token })).status === 200);
  const listed = await rawMcp({ url, token: pat.token, method: 'tools/list', params: {}, headers: { 'x-request-id': 'asked-for.1' } });
  expect(listed.headers.get('x-request-id')).toBe('asked-for.1');
  expect(Number(listed.headers.get('ratelimit-limit'))).toBeGreaterThan(0);
  expect(Number(listed.headers.get('ratelimit-remaining'))).toBeLessThan(Number(listed.headers.get('ratelimit-limit')));
  expect(Number(listed.headers.get('ratelimit-reset'))).toBeLessThanOrEqual(60);
  expect(listed.headers.get('cache-control')).toBe('no-store');
  expect(listed.body['result']).toMatchObject({ cacheScope: 'private', ttlMs: 0 });
  const refused = await rawMcp({ url });
  expect(refused.headers.get('x-request-id')).toBe(refused.body['requestId']);
  expect(refused.headers.get('content-type')).toContain('application/problem+json');
}
