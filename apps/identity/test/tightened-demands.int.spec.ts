import { identityHeader, type IdentityAssertionClaims } from '@latchkey/contracts';
import { verifies } from '@latchkey/testing';
import { decodeJwt } from 'jose';
import { connect, refresh } from './support/client.ts';
import { admin, gatewayUrl, startAccounts, type Accounts } from './support/accounts.ts';

/** What was allowed under easier demands ends with a record for the gateways, and not an hour later. */
describe('demands that an organization tightens', () => {
  let accounts: Accounts;
  let owner: Partial<IdentityAssertionClaims>;
  beforeAll(async () => {
    accounts = await startAccounts();
    await accounts.identity.seed.server({ org: 'acme', project: 'prod', slug: 'demo', name: 'Demo', url: 'http://127.0.0.1:1/mcp' });
    owner = { iss: gatewayUrl, aud: accounts.issuer, scope: 'org:read org:admin', sub: await accounts.userId(admin.email), org: 'acme', roles: { org: 'owner', projects: {} } };
  }, 60_000);
  afterAll(() => accounts.close());

  async function call(method: string, path: string, body?: unknown): Promise<Record<string, unknown> & { revision: number; id: string }> {
    const headers = { [identityHeader]: await accounts.asserter.sign(owner), ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
    const response = await fetch(`${accounts.issuer}/v1/${path}`, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    if (response.status >= 300) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as never;
  }

  const demand = async (policy: Record<string, unknown>): Promise<void> => void (await call('PATCH', 'policies', { revision: (await call('GET', 'policies')).revision, policy }));
  const program = (scope = 'mcp:read') => connect(accounts.issuer, { resource: `${gatewayUrl}/mcp/demo`, scope });

  /** Whether the gateways are told that its tokens are dead, and whether a refresh brings another. */
  async function fate({ clientId, tokens }: Awaited<ReturnType<typeof program>>): Promise<{ told: boolean; refreshes: boolean }> {
    const { gid } = decodeJwt<{ gid: string }>(tokens.access_token);
    const told = (await accounts.outbox(`feed.identity.grant.${gid}`)) !== undefined;
    return { told, refreshes: (await refresh(accounts.issuer, clientId, tokens.refresh_token)).status === 200 };
  }
  const [lives, ended] = [{ told: false, refreshes: true }, { told: true, refreshes: false }];

  verifies(['I11', 'AS-63'], 'a program that may not be connected any more is disconnected, another one is not', async () => {
    const [stranger, vouched] = [await program(), await program()];
    const { id } = await call('POST', 'trusted-clients', { org: 'acme', client: vouched.clientId });
    await demand({ clients: 'trusted' });
    expect([await fate(stranger), await fate(vouched)]).toEqual([ended, lives]);
    const again = await program().catch((error: unknown) => String(error));
    expect(again).toContain('no code');
    // Nor is one that is not vouched for any more.
    await demand({ clients: 'any' });
    const other = await program();
    await demand({ clients: 'trusted' });
    expect(await fate(other)).toEqual(ended);
    await call('DELETE', `trusted-clients/${id}`);
    expect((await fate(vouched)).told).toBe(true);
    await demand({ clients: 'any' });
  });

  verifies(['I11', 'AS-63'], 'who signed in with too little, or too long ago, is disconnected, and the log says how many were', async () => {
    const [old, fresh] = [await program(), await program()];
    const { gid } = decodeJwt<{ gid: string }>(old.tokens.access_token);
    await accounts.dataSource.query("UPDATE authorizations SET signed_in_at = now() - interval '1 hour' WHERE grant_id = $1", [gid]);
    await demand({ sessionMaxAgeSeconds: 600 });
    expect([await fate(old), await fate(fresh)]).toEqual([ended, lives]);
    await demand({ sessionMaxAgeSeconds: null, mfaRequired: true });
    expect((await fate(fresh)).told).toBe(true);
    const rows = await accounts.dataSource.query<{ ended: string }[]>("SELECT event->'details'->>'ended' AS ended FROM audit_events WHERE action = 'policy.changed' ORDER BY at DESC LIMIT 1");
    expect(Number(rows[0]!.ended)).toBeGreaterThanOrEqual(1);
    await demand({ mfaRequired: false });
  });

  verifies('I11', 'an easier demand, and one of another kind, ends nothing', async () => {
    const one = await program();
    await demand({ keyMaxLifetimeSeconds: 86_400, trustedClientDomains: ['example.com'], accessTokenTtlSeconds: 600 });
    expect(await fate(one)).toEqual(lives);
  });
});
