import { verifies } from '@latchkey/testing';
import { decodeJwt } from 'jose';
import { idHash } from '../src/provider/id-hash.ts';
import { connect, refresh } from './support/client.ts';
import { startTestIdentity, type TestIdentity } from './support/identity.ts';

describe('lifetimes that an organization shortens', () => {
  let identity: TestIdentity;
  beforeAll(async () => {
    identity = await startTestIdentity();
  }, 60_000);
  afterAll(() => identity.stop());

  const set = (policy: Record<string, unknown>) =>
    identity.dataSource.query(
      `INSERT INTO organization_policies (org, policy, revision) VALUES ('acme', $1, 1) ON CONFLICT (org) DO UPDATE SET policy = excluded.policy`,
      [JSON.stringify(policy)],
    );
  const lifeOf = (token: string): number => {
    const { iat, exp } = decodeJwt(token);
    return exp! - iat!;
  };
  /** Of the refresh token in the table, in whole seconds from its making. */
  async function keptFor(token: string): Promise<number> {
    const [row] = await identity.dataSource.query<{ life: string }[]>(
      `SELECT round(extract(epoch FROM expires_at - created_at)) AS life FROM artifacts WHERE kind = 'RefreshToken' AND id_hash = $1`,
      [idHash(token)],
    );
    return Number(row!.life);
  }

  verifies(['I11', 'I6'], 'tokens live as long as the deployment says, and shorter where the organization does, at issue and at refresh', async () => {
    const { issuer } = identity;
    await set({});
    const { clientId, tokens } = await connect(issuer);
    expect([lifeOf(tokens.access_token), tokens.expires_in, await keptFor(tokens.refresh_token)]).toEqual([3600, 3600, 2_592_000]);

    await set({ accessTokenTtlSeconds: 1200, refreshTokenTtlSeconds: 86_400 });
    const refreshed = (await refresh(issuer, clientId, tokens.refresh_token)).body;
    expect([lifeOf(refreshed.access_token!), refreshed.expires_in, await keptFor(refreshed.refresh_token!)]).toEqual([1200, 1200, 86_400]);
    const fresh = (await connect(issuer)).tokens;
    expect([lifeOf(fresh.access_token), fresh.expires_in, await keptFor(fresh.refresh_token)]).toEqual([1200, 1200, 86_400]);

    // It can only be stricter than the deployment.
    await set({ accessTokenTtlSeconds: 86_400, refreshTokenTtlSeconds: 31_536_000 });
    const loose = (await connect(issuer)).tokens;
    expect([lifeOf(loose.access_token), await keptFor(loose.refresh_token)]).toEqual([3600, 2_592_000]);
  });

  verifies('AS-50', 'no organization has programs of people fetch a token every few minutes; whoever runs the deployment may, and is warned', async () => {
    const { issuer } = identity;
    await set({ accessTokenTtlSeconds: 60 });
    const { clientId, tokens } = await connect(issuer);
    expect([lifeOf(tokens.access_token), tokens.expires_in]).toEqual([900, 900]);
    expect(lifeOf((await refresh(issuer, clientId, tokens.refresh_token)).body.access_token!)).toBe(900);
    await set({});
    expect(identity.log.join('')).not.toContain('LATCHKEY_ACCESS_TOKEN_TTL_SECONDS');
    const short = await startTestIdentity({ beside: identity, variables: { LATCHKEY_ACCESS_TOKEN_TTL_SECONDS: '300' } });
    await short.stop();
    expect(short.log.join('')).toContain('LATCHKEY_ACCESS_TOKEN_TTL_SECONDS is below 900');
  });

  verifies('I11', 'a refresh token that was not used for longer than a tightened policy allows brings nothing more', async () => {
    const { issuer } = identity;
    await set({});
    const [idle, busy] = [await connect(issuer), await connect(issuer)];
    await identity.dataSource.query(`UPDATE artifacts SET payload = jsonb_set(payload, '{iat}', to_jsonb((payload->>'iat')::bigint - 3600)) WHERE kind = 'RefreshToken' AND id_hash = $1`, [
      idHash(idle.tokens.refresh_token),
    ]);
    await set({ refreshTokenTtlSeconds: 1800 });
    expect((await refresh(issuer, idle.clientId, idle.tokens.refresh_token)).body.error).toBe('invalid_grant');
    expect((await refresh(issuer, busy.clientId, busy.tokens.refresh_token)).status).toBe(200);
    // Nothing was used up: where the policy is eased again, so is the answer.
    await set({});
    expect((await refresh(issuer, idle.clientId, idle.tokens.refresh_token)).status).toBe(200);
  });
});
