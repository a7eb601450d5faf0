import { eventually } from '@latchkey/testing';
import { decodeJwt } from 'jose';
import { obtainToken } from '../clients/obtain-token.ts';
import { refreshGrant } from '../clients/token-endpoint.ts';
import { callApi, manage, type System } from '../harness/system.ts';
import { resourceAt } from './pat-journey.ts';

const daySeconds = 24 * 3600;
const ttlSeconds = 1200;

const lifetimeOf = (token: string): number => {
  const { iat = 0, exp = 0 } = decodeJwt(token);
  return exp - iat;
};

/** What an organization demands holds at the services that give out keys and tokens, also for programs that were connected before. */
export async function expectPolicy(system: System): Promise<void> {
  const administrator = await manage(system, 'org:admin keys:write');
  const connect = () => obtainToken({ issuer: system.issuer, resource: resourceAt(system.gatewayUrl, 'demo'), scope: 'mcp:read', account: system.admin });
  const before = await connect();
  const mint = async (expiresIn: string) => {
    const { status, body } = await callApi(system, administrator, 'POST', '/pats', { name: `for ${expiresIn}`, org: system.org, scopes: ['mcp:read'], expiresIn });
    system.secrets.add(`key for ${expiresIn}`, body['token'] as string | undefined);
    return [status, body['code'] ?? 'minted'];
  };
  const demand = async (keyMaxLifetimeSeconds: number | null, accessTokenTtlSeconds: number | null) => {
    const { revision } = (await callApi(system, administrator, 'GET', '/policies')).body as { revision: number };
    const change = { revision, policy: { keyMaxLifetimeSeconds, accessTokenTtlSeconds } };
    const changed = await callApi(system, administrator, 'PATCH', '/policies', change);
    expect(changed).toMatchObject({ status: 200, body: { revision: revision + 1, policy: { keyMaxLifetimeSeconds, accessTokenTtlSeconds } } });
    expect((await callApi(system, administrator, 'PATCH', '/policies', change)).body['code']).toBe('conflict');
  };

  expect(await mint('30d')).toEqual([201, 'minted']);
  await demand(7 * daySeconds, ttlSeconds);
  try {
    await eventually(async () => expect(await mint('30d')).toEqual([403, 'policy_violation']));
    expect(await mint('never')).toEqual([403, 'policy_violation']);
    expect(await mint('7d')).toEqual([201, 'minted']);
    const after = await connect();
    const { status, body } = await refreshGrant(system.issuer, before.clientId, before.refresh ?? '');
    expect(status).toBe(200);
    for (const value of [before.access, before.refresh, after.access, after.refresh, body['access_token'], body['refresh_token']]) system.secrets.add('token under a policy', value);
    expect([lifetimeOf(before.access), lifetimeOf(after.access), lifetimeOf(body['access_token'] ?? '')]).toEqual([3600, ttlSeconds, ttlSeconds]);
  } finally {
    await demand(null, null);
  }
  await eventually(async () => expect(await mint('30d')).toEqual([201, 'minted']));
}
