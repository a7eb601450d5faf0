import { eventually, verifies } from '@latchkey/testing';
import { decodeJwt } from 'jose';
import { Sweeper } from '../src/provider/sweeper.ts';
import { OidcEngine } from '../src/provider/oidc-engine.ts';
import { FormBrowser } from './support/browser.ts';
import { authorize, authorizeUrl, connect, pkce, post, redeem, refresh, registered } from './support/client.ts';
import { startTestIdentity, type TestIdentity } from './support/identity.ts';

describe('housekeeping', () => {
  let identity: TestIdentity;
  beforeAll(async () => {
    identity = await startTestIdentity();
  }, 60_000);
  afterAll(() => identity.stop());

  const clients = async (...ids: string[]): Promise<boolean[]> => {
    const rows = await identity.dataSource.query<{ id: string }[]>('SELECT id FROM clients WHERE deleted_at IS NULL AND id = ANY ($1)', [ids]);
    return ids.map((id) => rows.some((row) => row.id === id));
  };

  verifies('AS-56', 'an expired row is as good as none before anybody sweeps it', async () => {
    const { client_id: clientId } = await registered(identity.issuer);
    const authorized = await authorize(identity.issuer, clientId);
    await identity.dataSource.query("UPDATE artifacts SET expires_at = now() - interval '1 second' WHERE kind = 'AuthorizationCode'");
    const { status, body } = await redeem(identity.issuer, clientId, authorized);
    expect([status, body.error]).toEqual([400, 'invalid_grant']);
  });

  verifies('AS-56', 'the sweeper removes what has expired, and nothing else', async () => {
    const { clientId, tokens } = await connect(identity.issuer);
    const next = await refresh(identity.issuer, clientId, tokens.refresh_token);
    await identity.dataSource.query("UPDATE artifacts SET expires_at = now() - interval '1 second' WHERE consumed_at IS NOT NULL");
    await identity.dataSource.query("UPDATE refresh_replays SET expires_at = now() - interval '1 second'");
    await identity.running.app.get(Sweeper).sweep();
    const [row] = await identity.dataSource.query<{ used: string; replays: string }[]>('SELECT (SELECT count(*) FROM artifacts WHERE consumed_at IS NOT NULL) AS used, (SELECT count(*) FROM refresh_replays) AS replays');
    expect(row).toEqual({ used: '0', replays: '0' });
    expect((await refresh(identity.issuer, clientId, next.body.refresh_token!)).status).toBe(200);
  });

  verifies('AS-23', 'reaps dynamic clients that nobody uses, and none that somebody does', async () => {
    const [fresh, neverUsed] = [await registered(identity.issuer), await registered(identity.issuer)];
    const idle = await connect(identity.issuer);
    const connected = await connect(identity.issuer);
    await eventually(async () => (await identity.dataSource.query<unknown[]>('SELECT 1 FROM clients WHERE used_at IS NOT NULL AND id = ANY ($1)', [[idle.clientId, connected.clientId]])).length === 2);
    await identity.dataSource.query("UPDATE clients SET created_at = now() - interval '8 days' WHERE id = $1", [neverUsed.client_id]);
    await identity.dataSource.query("UPDATE clients SET created_at = now() - interval '400 days', used_at = now() - interval '31 days' WHERE id = ANY ($1)", [[idle.clientId, connected.clientId]]);
    await post(identity.issuer, '/oauth/revoke', { client_id: idle.clientId, token: idle.tokens.refresh_token });
    await identity.running.app.get(Sweeper).sweep();
    expect(await clients(fresh.client_id, neverUsed.client_id, idle.clientId, connected.clientId)).toEqual([true, false, false, true]);
    expect((await refresh(identity.issuer, connected.clientId, connected.tokens.refresh_token)).status).toBe(200);
    const gone = await refresh(identity.issuer, idle.clientId, idle.tokens.refresh_token);
    expect([gone.status, gone.body.error]).toEqual([401, 'invalid_client']);
  });

  verifies('AS-71', 'a new engine over the same storage takes over without anybody noticing', async () => {
    const { clientId, tokens } = await connect(identity.issuer);
    const browser = new FormBrowser(identity.issuer);
    const { challenge, verifier } = pkce();
    const page = await browser.open(authorizeUrl(identity.issuer, clientId, { code_challenge: challenge }));
    await identity.running.app.get(OidcEngine).reload();
    const consent = await browser.submit(page, /\/login$/, { email: 'admin@example.com', password: 'correct horse battery' });
    const done = await browser.submit(consent, /\/consent$/, { decision: 'allow' });
    const answer = await redeem(identity.issuer, clientId, { code: done.left!.searchParams.get('code')!, verifier, redirectUri: done.left!.origin + done.left!.pathname, answer: done.left! });
    expect(answer.status).toBe(200);
    expect((await refresh(identity.issuer, clientId, tokens.refresh_token)).status).toBe(200);
  });

  verifies('AS-51', 'signing out ends the sign-in in the browser, and disconnects no client', async () => {
    const browser = new FormBrowser(identity.issuer);
    const { client_id: clientId } = await registered(identity.issuer);
    const { body } = await redeem(identity.issuer, clientId, await authorize(identity.issuer, clientId, { browser, params: { scope: 'openid mcp:read' } }));
    const silent = () => browser.open(authorizeUrl(identity.issuer, clientId, { code_challenge: pkce().challenge, prompt: 'none' }));
    expect((await silent()).left?.searchParams.get('error')).toBe('interaction_required');
    const asked = await browser.open(`${identity.issuer}/oauth/end-session?id_token_hint=${body.id_token!}`);
    expect(asked.headers.get('content-security-policy')).toContain("default-src 'none'");
    const out = await browser.submit(asked, /end-session\/confirm$/, { logout: 'yes' });
    expect([out.status, out.text]).toEqual([200, expect.stringContaining('Signed out')]);
    expect((await silent()).left?.searchParams.get('error')).toBe('login_required');
    const next = await refresh(identity.issuer, clientId, body.refresh_token!);
    expect([next.status, decodeJwt(next.body.access_token!).gid]).toEqual([200, decodeJwt(body.access_token!).gid]);
  });

  it.each([['client_secret_basic'], ['client_secret_post']])('[I4] a confidential client authenticates by %s, and by no other way or secret', async (method) => {
    const { client_id: id, client_secret: secret } = await registered(identity.issuer, { token_endpoint_auth_method: method });
    const authorized = await authorize(identity.issuer, id);
    const form = { grant_type: 'authorization_code', code: authorized.code, code_verifier: authorized.verifier, redirect_uri: authorized.redirectUri };
    const withSecret = (value: string) =>
      method === 'client_secret_basic'
        ? post(identity.issuer, '/oauth/token', form, { authorization: `Basic ${Buffer.from(`${id}:${value}`).toString('base64')}` })
        : post(identity.issuer, '/oauth/token', { ...form, client_id: id, client_secret: value });
    for (const wrong of ['guess', `${secret!}x`]) expect((await withSecret(wrong)).body.error).toBe('invalid_client');
    const [row] = await identity.dataSource.query<{ hash: string }[]>("SELECT encode(secret_hash, 'hex') AS hash FROM clients WHERE id = $1", [id]);
    expect((await withSecret(`sha256:${row!.hash}`)).body.error).toBe('invalid_client');
    expect((await post(identity.issuer, '/oauth/token', { ...form, client_id: id })).body.error).toBe('invalid_client');
    expect((await withSecret(secret!)).status).toBe(200);
  });
});
