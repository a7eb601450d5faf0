import { verifies } from '@latchkey/testing';
import { decodeJwt } from 'jose';
import { startAsker } from './support/asker.ts';
import { FormBrowser } from './support/browser.ts';
import { authorize, loopback, redeem, refresh, registered } from './support/client.ts';
import { Documents } from './support/documents.ts';
import { startTestIdentity, type TestIdentity } from './support/identity.ts';

const document = 'https://claude.ai/oauth/claude-code-client-metadata';
const daySeconds = 86_400;

describe('installs that share a client id', () => {
  const outbound = new Documents();
  let identity: TestIdentity;
  let asker: Awaited<ReturnType<typeof startAsker>>;
  let dynamic: string;
  beforeAll(async () => {
    outbound.documents.set(document, { client_id: document, client_name: 'Claude Code', redirect_uris: ['http://localhost/callback', 'http://127.0.0.1/callback'], token_endpoint_auth_method: 'none' });
    identity = await startTestIdentity({ outbound });
    asker = await startAsker(identity);
    dynamic = (await registered(identity.issuer)).client_id;
  }, 60_000);
  afterAll(() => identity.stop());

  const install = async (clientId: string) => {
    const authorized = await authorize(identity.issuer, clientId, { params: { redirect_uri: loopback }, browser: new FormBrowser(identity.issuer) });
    return (await redeem(identity.issuer, clientId, authorized)).body as { access_token: string; refresh_token: string };
  };
  const outcome = async (clientId: string, token: string) => {
    const { status, body } = await refresh(identity.issuer, clientId, token);
    return { status, error: body.error, access: body.access_token!, refresh: body.refresh_token! };
  };
  const gidOf = (token: string) => decodeJwt<{ gid: string }>(token).gid;

  it.each([['a document', () => document], ['a registration', () => dynamic]])('[AS-14] known by %s: a response that one lost, and a theft from it, leave the other connected', async (_what, id) => {
    const clientId = id();
    const [laptop, server] = [await install(clientId), await install(clientId)];
    expect(gidOf(laptop.access_token)).not.toBe(gidOf(server.access_token));

    // The response is lost, and the laptop asks again within the window.
    const lost = await outcome(clientId, laptop.refresh_token);
    const again = await outcome(clientId, laptop.refresh_token);
    expect([again.status, again.refresh]).toEqual([200, lost.refresh]);
    const kept = await outcome(clientId, server.refresh_token);
    expect(kept.status).toBe(200);

    // Past the window, the same token is a theft until proven otherwise: this family ends, and no other.
    const windows = await identity.dataSource.query<unknown[]>("UPDATE refresh_replays SET expires_at = now() - interval '1 second' RETURNING 1");
    expect(windows.length).toBeGreaterThan(0);
    expect((await outcome(clientId, laptop.refresh_token)).error).toBe('invalid_grant');
    expect((await outcome(clientId, again.refresh)).error).toBe('invalid_grant');
    expect([await asker.isActive(again.access), await asker.isActive(kept.access), await asker.isActive(kept.refresh)]).toEqual([false, true, true]);
    expect((await outcome(clientId, kept.refresh)).status).toBe(200);
  });

  verifies('AS-50', 'a family ends 365 days after it was allowed, however often it is refreshed, and never outlives its grant', async () => {
    const { access_token: access, refresh_token: first } = await install(dynamic);
    const gid = gidOf(access);
    const lifeOf = async (): Promise<number> => {
      const [row] = await identity.dataSource.query<{ s: number }[]>("SELECT extract(epoch FROM max(expires_at) - now())::float AS s FROM artifacts WHERE kind = 'RefreshToken' AND grant_id = $1 AND consumed_at IS NULL", [gid]);
      return row!.s;
    };
    /** As if the family had begun so much earlier; the tokens in hand stay fresh. */
    const age = (days: number) =>
      identity.dataSource.query("UPDATE artifacts SET payload = jsonb_set(payload, '{iiat}', to_jsonb((payload->>'iiat')::bigint - $2::bigint)) WHERE kind = 'RefreshToken' AND grant_id = $1", [gid, days * daySeconds]);
    expect(Math.round((await lifeOf()) / daySeconds)).toBe(30);
    await age(350);
    const late = await outcome(dynamic, first);
    expect(late.status).toBe(200);
    expect(Math.round((await lifeOf()) / daySeconds)).toBe(15);
    const [grant] = await identity.dataSource.query<{ days: number }[]>('SELECT round(extract(epoch FROM expires_at - created_at) / 86400)::int AS days FROM authorizations WHERE grant_id = $1', [gid]);
    expect(grant!.days).toBe(365);
    // The last day is over.
    await identity.dataSource.query("UPDATE authorizations SET created_at = created_at - interval '366 days', expires_at = expires_at - interval '366 days' WHERE grant_id = $1", [gid]);
    expect((await outcome(dynamic, late.refresh)).error).toBe('invalid_grant');
    expect([await asker.isActive(late.access), await asker.isActive(late.refresh)]).toEqual([false, false]);
  });
});
