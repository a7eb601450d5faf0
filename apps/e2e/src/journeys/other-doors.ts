import { eventually } from '@latchkey/testing';
import { connectLegacyWithKey, connectModernWithKey } from '../clients/key-clients.ts';
import { obtainToken } from '../clients/obtain-token.ts';
import { rawMcp } from '../clients/raw-mcp.ts';
import type { System } from '../harness/system.ts';

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** An agent keeps house by tools: it mints a key, which calls tools over REST, by its URL and past a proxy's question, until it is revoked. */
export async function expectOtherDoors(system: System, slug: string): Promise<void> {
  const { gatewayUrl, org } = system;
  const platform = `${gatewayUrl}/mcp`;
  const grant = await obtainToken({ issuer: system.issuer, resource: platform, scope: 'keys:write servers:write audit:read', account: system.admin });
  system.secrets.add('token for the platform', grant.access);
  system.secrets.add('refresh token for the platform', grant.refresh);

  const agent = await connectModernWithKey(platform, grant.access);
  expect(await agent.listTools()).toEqual(expect.arrayContaining(['list_servers', 'mint_key', 'revoke_key', 'search_audit_log', 'explain']));
  const servers = await agent.call('list_servers', {});
  expect(JSON.stringify(servers.structured)).toContain(`"slug":"${slug}"`);
  const key = (await agent.call('mint_key', { name: 'other doors', scopes: ['workflow:run', 'mcp:read', 'mcp:execute'], expiresIn: '90d' })).structured as { id: string; token: string; org: string };
  expect(key.org).toBe(org);
  system.secrets.add('key minted by a tool', key.token);
  const older = await connectLegacyWithKey(platform, grant.access);
  expect((await older.call('show_key', { id: key.id })).structured).toMatchObject({ id: key.id, status: 'active', name: 'other doors' });
  await older.close();

  const tools = `${gatewayUrl}/v1/tools/${slug}`;
  const listed = await eventually(async () => {
    const answer = await fetch(tools, { headers: bearer(key.token) });
    expect(answer.status).toBe(200);
    return (await answer.json()) as { items: { name: string }[] };
  });
  expect(listed.items.map(({ name }) => name)).toEqual(expect.arrayContaining(['whoami', 'convert_time']));
  const run = (body: object) => fetch(`${tools}/convert_time`, { method: 'POST', headers: { ...bearer(key.token), 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const converted = await run({ time: '2026-07-28T14:30', from: 'Europe/Berlin', to: 'Asia/Tokyo' });
  expect([converted.status, JSON.stringify(await converted.json())]).toEqual([200, expect.stringContaining('2026-07-28T21:30:00')]);
  const wrong = await run({ time: 7 });
  expect([wrong.status, ((await wrong.json()) as { code: string }).code]).toEqual([400, 'invalid_request']);

  const asked = await fetch(`${gatewayUrl}/authz/servers/${slug}`, { headers: bearer(key.token) });
  expect([asked.status, asked.headers.get('x-tenant-id')]).toEqual([200, org]);
  expect((await fetch(`${gatewayUrl}/authz/servers/${slug}`)).status).toBe(401);

  expect((await rawMcp({ url: `${platform}/${slug}/${key.token}` })).status).toBe(404);
  await agent.call('change_server', { slug, tokenUrls: true });
  await eventually(async () => expect((await rawMcp({ url: `${platform}/${slug}/${key.token}` })).status).toBe(200));
  await agent.call('change_server', { slug, tokenUrls: false });

  const card = (await (await fetch(`${platform}/${slug}/server-card`)).json()) as { remotes: { url: string }[] };
  expect(card.remotes[0]?.url).toBe(`${platform}/${slug}`);
  expect(await (await fetch(`${gatewayUrl}/llms.txt`)).text()).toContain(`${platform}/${slug}`);

  await agent.call('revoke_key', { id: key.id });
  await eventually(async () => expect((await run({})).status).toBe(401));
  await eventually(async () => expect(JSON.stringify((await agent.call('search_audit_log', { target: key.id })).structured)).toContain('revoked'));
  await agent.close();
}
