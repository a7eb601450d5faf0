import { verifies } from '@latchkey/testing';
import { decodeJwt } from 'jose';
import { AccessTokens } from '../src/tokens/access-tokens.ts';
import { Sweeper } from '../src/provider/sweeper.ts';
import { FormBrowser } from './support/browser.ts';
import { authorize, authorizeUrl, connect, loopback, pkce, post, redeem, refresh, registered, type Registered } from './support/client.ts';
import { startTestIdentity, type TestIdentity } from './support/identity.ts';

describe('clients that come back', () => {
  let identity: TestIdentity;
  beforeAll(async () => {
    identity = await startTestIdentity();
  }, 60_000);
  afterAll(() => identity.stop());

  /** Makes a client old enough to be reaped, and has it reaped. */
  async function reap(id: string): Promise<void> {
    await identity.dataSource.query("UPDATE authorizations SET revoked_at = now() WHERE client_id = $1 AND revoked_at IS NULL", [id]);
    await identity.dataSource.query("UPDATE clients SET created_at = now() - interval '90 days', used_at = now() - interval '31 days', revived_at = NULL WHERE id = $1", [id]);
    await identity.running.app.get(Sweeper).sweep();
    expect(await isAlive(id)).toBe(false);
  }
  const isAlive = async (id: string): Promise<boolean> => (await identity.dataSource.query<unknown[]>('SELECT 1 FROM clients WHERE id = $1 AND deleted_at IS NULL', [id])).length === 1;
  const ask = (id: string, redirectUri = loopback) => new FormBrowser(identity.issuer).open(authorizeUrl(identity.issuer, id, { code_challenge: pkce().challenge, redirect_uri: redirectUri }));
  const manage = (client: Registered, method: string, body?: unknown, token = client.registration_access_token) =>
    fetch(client.registration_client_uri, { method, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const record = async (id: string) => (await identity.dataSource.query<{ record: unknown }[]>("SELECT record FROM outbox WHERE record->>'kind' = 'client' AND record->>'id' = $1", [id]))[0]?.record;

  verifies('AS-24', 'a reaped client that asks a user again under its id is back, with nothing that it was allowed before', async () => {
    const { clientId, tokens } = await connect(identity.issuer);
    await reap(clientId);
    const early = await refresh(identity.issuer, clientId, tokens.refresh_token);
    expect([early.status, early.body.error]).toEqual([401, 'invalid_client']);
    expect(await isAlive(clientId)).toBe(false);

    const page = await ask(clientId, 'http://127.0.0.1:50999/callback');
    expect([page.status, page.text]).toEqual([200, expect.stringContaining('Sign in')]);
    expect(await record(clientId)).toEqual({ kind: 'client', id: clientId, disabled: false, epoch: expect.any(Number) });
    expect(await identity.running.app.get(AccessTokens).active(tokens.access_token)).toBeNull();
    const late = await refresh(identity.issuer, clientId, tokens.refresh_token);
    expect([late.status, late.body.error]).toEqual([400, 'invalid_grant']);
    const [acts] = await identity.dataSource.query<{ actions: string[] }[]>("SELECT array_agg(action ORDER BY received_at) AS actions FROM audit_events WHERE event->'target'->>'id' = $1 AND action LIKE 'client.%'", [clientId]);
    expect(acts!.actions).toEqual(['client.registered', 'client.reaped', 'client.revived']);

    // An epoch counts whole seconds, and a tie is dead: a person takes longer than that over the page.
    await identity.dataSource.query('UPDATE clients SET epoch = epoch - 1 WHERE id = $1', [clientId]);
    const { body } = await redeem(identity.issuer, clientId, await authorize(identity.issuer, clientId));
    expect(decodeJwt(body.access_token!).client_id).toBe(clientId);
    expect(await identity.running.app.get(AccessTokens).active(body.access_token!)).not.toBeNull();
  });

  verifies('AS-24', 'its registration token brings it back as well, by reading and by updating, and a confidential client keeps its secret', async () => {
    const client = await registered(identity.issuer, { token_endpoint_auth_method: 'client_secret_post' });
    await reap(client.client_id);
    const read = await manage(client, 'GET');
    expect([read.status, ((await read.json()) as Registered).client_id]).toEqual([200, client.client_id]);
    const secret = { client_secret: client.client_secret! };
    const { status } = await redeem(identity.issuer, client.client_id, await authorize(identity.issuer, client.client_id), secret);
    expect(status).toBe(200);
    await reap(client.client_id);
    const updated = await manage(client, 'PUT', { client_id: client.client_id, ...secret, redirect_uris: client.redirect_uris, client_name: 'Back', token_endpoint_auth_method: 'client_secret_post' });
    expect([updated.status, ((await updated.json()) as Registered).client_name]).toEqual([200, 'Back']);
    expect((await redeem(identity.issuer, client.client_id, await authorize(identity.issuer, client.client_id), { client_secret: 'guess' })).body.error).toBe('invalid_client');
  });

  verifies('AS-24', 'nothing else brings it back: another redirect, a guess, another client\'s token, the token endpoint', async () => {
    const client = await registered(identity.issuer);
    const other = await registered(identity.issuer);
    await reap(client.client_id);
    for (const redirect of ['https://evil.example/callback', 'http://127.0.0.1:33418/other', 'http://localhost:33418/callback']) {
      const page = await ask(client.client_id, redirect);
      expect([page.status, page.left, page.text]).toEqual([400, undefined, expect.stringContaining('add it again')]);
    }
    const twice = `${authorizeUrl(identity.issuer, client.client_id, { code_challenge: pkce().challenge, redirect_uri: 'https://evil.example/callback' })}&redirect_uri=${encodeURIComponent(loopback)}`;
    expect((await new FormBrowser(identity.issuer).open(twice)).left).toBeUndefined();
    expect((await manage(client, 'GET', undefined, 'guess')).status).toBe(401);
    expect((await manage(client, 'GET', undefined, other.registration_access_token)).status).toBe(401);
    expect((await manage(client, 'DELETE')).status).toBe(401);
    expect((await post(identity.issuer, '/oauth/revoke', { client_id: client.client_id, token: 'x' })).body.error).toBe('invalid_client');
    expect(await isAlive(client.client_id)).toBe(false);
  });

  verifies('AS-24', 'what was deleted on purpose, or 90 days ago, does not come back, and registers anew', async () => {
    const deleted = await registered(identity.issuer);
    expect((await manage(deleted, 'DELETE')).status).toBe(204);
    expect((await ask(deleted.client_id)).text).toContain('add it again');
    const old = await registered(identity.issuer);
    await reap(old.client_id);
    await identity.dataSource.query("UPDATE clients SET deleted_at = now() - interval '91 days' WHERE id = $1", [old.client_id]);
    expect((await ask(old.client_id)).text).toContain('add it again');
    await identity.running.app.get(Sweeper).sweep();
    const [left] = await identity.dataSource.query<{ clients: string; tokens: string }[]>("SELECT (SELECT count(*) FROM clients WHERE id = $1) AS clients, (SELECT count(*) FROM artifacts WHERE payload->>'clientId' = $1) AS tokens", [old.client_id]);
    expect(left).toEqual({ clients: '0', tokens: '0' });
  });

  verifies('AS-23', 'a client that came back is given its week again, and comes back once for many requests at once', async () => {
    const client = await registered(identity.issuer);
    await reap(client.client_id);
    const pages = await Promise.all(Array.from({ length: 10 }, () => ask(client.client_id)));
    expect(pages.map(({ status }) => status)).toEqual(Array(10).fill(200));
    const [acts] = await identity.dataSource.query<{ count: number }[]>("SELECT count(*)::int AS count FROM audit_events WHERE event->'target'->>'id' = $1 AND action = 'client.revived'", [client.client_id]);
    expect(acts!.count).toBe(1);
    await identity.running.app.get(Sweeper).sweep();
    expect(await isAlive(client.client_id)).toBe(true);
    await identity.dataSource.query("UPDATE clients SET revived_at = now() - interval '8 days' WHERE id = $1", [client.client_id]);
    await identity.running.app.get(Sweeper).sweep();
    expect(await isAlive(client.client_id)).toBe(false);
  });

  const askAt = (port: number, id: string) => fetch(authorizeUrl(`http://127.0.0.1:${port}`, id, { code_challenge: pkce().challenge }), { redirect: 'manual', headers: { accept: 'text/html' } });

  verifies('AS-23', 'coming back is closed where registration is', async () => {
    const client = await registered(identity.issuer);
    await reap(client.client_id);
    const variables: Record<string, string>[] = [{ LATCHKEY_DCR: 'off' }, { LATCHKEY_DCR: 'token', LATCHKEY_DCR_TOKEN: 'an-initial-access-token-of-32-chars' }];
    for (const variable of variables) {
      const closed = await startTestIdentity({ beside: identity, variables: variable });
      try {
        expect((await askAt(closed.running.port, client.client_id)).status).toBe(400);
        expect(await isAlive(client.client_id)).toBe(false);
      } finally {
        await closed.stop();
      }
    }
  }, 60_000);

  verifies('AS-23', 'coming back counts as the registration that it saves', async () => {
    const [one, two] = [await registered(identity.issuer), await registered(identity.issuer)];
    await reap(one.client_id);
    await reap(two.client_id);
    const strict = await startTestIdentity({ beside: identity, variables: { LATCHKEY_REGISTRATION_LIMIT_PER_HOUR: '1' } });
    try {
      expect((await askAt(strict.running.port, one.client_id)).status).toBe(303);
      expect((await askAt(strict.running.port, two.client_id)).status).toBe(400);
      expect([await isAlive(one.client_id), await isAlive(two.client_id)]).toEqual([true, false]);
    } finally {
      await strict.stop();
    }
  }, 60_000);
});
