import { eventually } from '@latchkey/testing';
import type { McpClient } from '../clients/mcp-client.ts';
import { rawMcp, readChallenge } from '../clients/raw-mcp.ts';
import type { System } from '../harness/system.ts';

const json = async (url: string) => {
  const response = await fetch(url);
  if (response.status !== 200) throw new Error(`${url}: ${response.status}`);
  return (await response.json()) as Record<string, unknown>;
};

/** A client without a credential is told where to look, and not that it did wrong (GW-30); what it finds there leads to the issuer. */
export async function expectDiscovery(system: System, resource: string): Promise<void> {
  const refused = await rawMcp({ url: resource });
  expect(refused.status).toBe(401);
  expect(refused.body['code']).toBe('token_missing');
  const challenge = readChallenge(refused.headers);
  expect(Object.keys(challenge ?? {}).sort()).toEqual(['resource_metadata', 'scope']);
  expect(challenge!['scope']).toBe('mcp:read mcp:execute');

  const metadata = await json(challenge!['resource_metadata']!);
  expect(metadata).toMatchObject({ resource, authorization_servers: [system.issuer], bearer_methods_supported: ['header'] });
  const issuer = await json(`${system.issuer}/.well-known/oauth-authorization-server`);
  expect(issuer).toMatchObject({
    issuer: system.issuer, response_types_supported: ['code'], code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true, registration_endpoint: `${system.issuer}/oauth/clients/register`,
  });
}

/** Connects, sends the user away to sign in, comes back and connects. `signIn` is whoever walks the pages. */
export async function connectByOAuth(system: System, client: McpClient, resource: string, signIn: (url: URL) => Promise<URLSearchParams>): Promise<void> {
  const authorizationUrl = await client.connect();
  expect(authorizationUrl).not.toBeNull();
  expect(authorizationUrl!.origin + authorizationUrl!.pathname).toBe(`${system.issuer}/oauth/authorize`);
  expect(Object.fromEntries(authorizationUrl!.searchParams)).toMatchObject({ resource, code_challenge_method: 'S256', response_type: 'code' });
  expect(client.clientId()).toMatch(/^dyn-/);

  const parameters = await signIn(authorizationUrl!);
  // RFC 9207: the client can tell which server has answered.
  expect(parameters.get('iss')).toBe(system.issuer);
  expect(parameters.get('state')).toBe(authorizationUrl!.searchParams.get('state'));
  system.secrets.add(`${client.era} authorization code`, parameters.get('code') ?? undefined);
  await client.finish(parameters);
  remember(system, client);
}

function remember(system: System, client: McpClient): void {
  const { access_token, refresh_token } = client.tokens();
  system.secrets.add(`${client.era} access token`, access_token);
  system.secrets.add(`${client.era} refresh token`, refresh_token);
}

/** The tools answer, and the upstream knows the caller by the gateway's word, never by the caller's token. */
export async function expectTools(client: McpClient): Promise<void> {
  expect(await client.listTools()).toEqual(expect.arrayContaining(['whoami', 'list_tasks', 'add_task', 'convert_time']));
  const answer = await client.call('convert_time', { time: '2026-07-28T14:30', from: 'Europe/Berlin', to: 'Asia/Tokyo' });
  expect(answer).toMatchObject({ isError: false, structured: { time: '2026-07-28T21:30:00' } });
  const added = await client.call('add_task', { title: `From a ${client.era} client` });
  expect(added.isError).toBe(false);
  const whoami = await client.call('whoami');
  expect(whoami.structured).toMatchObject({
    status: 'verified', client: client.clientId(), credential: { kind: 'access_token' }, receivedAuthorizationHeader: false,
  });
}

/** A refresh gives another access token, and it works. */
export async function expectRefresh(system: System, client: McpClient): Promise<void> {
  const before = client.tokens();
  expect(before.refresh_token).toBeDefined();
  await client.refresh();
  remember(system, client);
  const after = client.tokens();
  expect(after.access_token).not.toBe(before.access_token);
  expect(after.refresh_token).not.toBe(before.refresh_token);
  expect((await client.call('whoami')).isError).toBe(false);
}

/** RFC 7009: the refresh token's end is the grant's end, so the access token dies too, at every gateway. */
export async function expectRevocation(system: System, client: McpClient, resource: string): Promise<void> {
  const { access_token, refresh_token } = client.tokens();
  const response = await fetch(`${system.issuer}/oauth/revoke`, {
    method: 'POST',
    body: new URLSearchParams({ token: refresh_token ?? '', token_type_hint: 'refresh_token', client_id: client.clientId() }),
  });
  expect(response.status).toBe(200);
  for (const gateway of system.gateways) {
    const url = resource.replace(system.gatewayUrl, gateway);
    const refused = await eventually(async () => {
      const answer = await rawMcp({ url, token: access_token });
      expect(answer.status).toBe(401);
      return answer;
    });
    expect(refused.body['code']).toBe('token_revoked');
    expect(readChallenge(refused.headers)).toMatchObject({
      error: 'invalid_token',
      resource_metadata: resource.replace('/mcp/', '/.well-known/oauth-protected-resource/mcp/'),
      scope: 'mcp:read mcp:execute',
    });
  }
  // The SDK says aloud that its refresh token is worth nothing now; that is the point.
  const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  await expect(client.call('whoami')).rejects.toThrow();
  warn.mockRestore();
}
