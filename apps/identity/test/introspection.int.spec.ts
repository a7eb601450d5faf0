import { randomUUID } from 'node:crypto';
import type { PatRecord } from '@latchkey/contracts';
import type { Answering } from '@latchkey/feed';
import { mintToken } from '@latchkey/token';
import { verifies } from '@latchkey/testing';
import { decodeJwt } from 'jose';
import { addIntrospector, listIntrospectors, removeIntrospector } from '../src/operate/introspectors.ts';
import { connect, post, refresh, registered } from './support/client.ts';
import { demo, startTestIdentity, type TestIdentity } from './support/identity.ts';
import { startAsker } from './support/asker.ts';

const nowSeconds = () => Math.floor(Date.now() / 1000);
const accessToken = 'urn:ietf:params:oauth:token-type:access_token';

describe('introspection of what is no JWT', () => {
  let identity: TestIdentity;
  let asker: Awaited<ReturnType<typeof startAsker>>;
  let owner: string;
  let keys: Answering;
  /** The key service, played: what it says of each key, by hash; and what it was asked. */
  const known = new Map<string, PatRecord>();
  const asked: unknown[] = [];
  let keysAreAway = false;
  beforeAll(async () => {
    identity = await startTestIdentity();
    asker = await startAsker(identity);
    owner = (await identity.dataSource.query<{ id: string }[]>("SELECT id FROM users WHERE email = 'admin@example.com'"))[0]!.id;
    keys = await identity.feed.answer('ask.keys', (question) => {
      asked.push(question);
      if (keysAreAway) throw new Error('away');
      const { hash, id } = question as { hash?: string; id?: string };
      const pat = [...known.values()].find((record) => record.hash === hash || record.id === id);
      return Promise.resolve(pat === undefined || pat.revokedAt !== null ? { active: false, code: 'token_unknown' } : { active: true, pat });
    });
  }, 60_000);
  afterAll(async () => {
    await keys.stop();
    await identity.stop();
  });
  beforeEach(() => void asked.splice(0));

  function mint(more: Partial<PatRecord> = {}): { token: string; record: PatRecord } {
    const { token, publicId, hash } = mintToken();
    const record: PatRecord = {
      kind: 'pat', id: publicId, hash, org: 'acme', owner, scopes: ['mcp:read', 'mcp:execute'], projects: null, grants: null, tools: null,
      mintedAt: nowSeconds() - 10, expiresAt: null, revokedAt: null, ...more,
    };
    known.set(hash, record);
    return { token, record };
  }
  async function whileKeysAreAway<T>(run: () => Promise<T>): Promise<T> {
    keysAreAway = true;
    try {
      return await run();
    } finally {
      keysAreAway = false;
    }
  }

  verifies(['AS-62', 'AS-21'], 'whoever runs the deployment makes a client that may ask and nothing else, and takes it away again', async () => {
    const { dataSource, issuer } = identity;
    const { id, clientSecret, ...shown } = await addIntrospector(dataSource, 'Billing API');
    const basic = { authorization: `Basic ${Buffer.from(`${id}:${clientSecret}`).toString('base64')}` };
    const ask = async (token: string) => (await post(issuer, '/oauth/introspect', { token }, basic)).body as { active?: boolean; error?: string };
    const { tokens, clientId } = await connect(issuer);
    expect(await ask(tokens.access_token)).toMatchObject({ active: true, sub: owner });
    expect(await ask(tokens.refresh_token)).toMatchObject({ active: true });
    expect(await ask(mint().token)).toMatchObject({ active: true, sub: owner });
    expect((await post(issuer, '/oauth/introspect', { token: tokens.access_token }, { authorization: `Basic ${Buffer.from(`${id}:wrong`).toString('base64')}` })).status).toBe(401);
    // It gets nothing itself, by no grant that there is.
    const grants: Record<string, string>[] = [
      { grant_type: 'client_credentials', resource: demo, scope: 'mcp:read' },
      { grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange', subject_token: mint().token, subject_token_type: accessToken, resource: demo },
      { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: 'a.b.c' },
    ];
    for (const form of grants) expect([form['grant_type'], (await post(issuer, '/oauth/token', form, basic)).status]).toEqual([form['grant_type'], 400]);

    expect(await listIntrospectors(dataSource)).toEqual([{ id, ...shown }]);
    expect(shown).toEqual({ name: 'Billing API', createdAt: expect.any(String) as string });
    const kept = await dataSource.query<{ row: string }[]>('SELECT (c.*)::text AS row FROM clients c WHERE id = $1', [id]);
    expect(kept[0]!.row).not.toContain(clientSecret);
    for (const other of [clientId, asker.id, 'rs-none']) await expect(removeIntrospector(dataSource, other)).rejects.toMatchObject({ code: 'not_found' });
    expect(await removeIntrospector(dataSource, id)).toMatchObject({ id });
    expect(await ask(tokens.access_token)).toMatchObject({ error: 'invalid_client' });
    await expect(removeIntrospector(dataSource, id)).rejects.toMatchObject({ code: 'not_found' });
    await expect(addIntrospector(dataSource, ' ')).rejects.toMatchObject({ code: 'invalid_request' });
    const audited = await dataSource.query<{ action: string; actor: unknown }[]>("SELECT action, event->'actor' AS actor FROM audit_events WHERE event->'target'->>'id' = $1 ORDER BY received_at", [id]);
    expect(audited).toEqual(['client.registered', 'client.deleted'].map((action) => ({ action, actor: { kind: 'service', id: 'operator' } })));
  });

  verifies('AS-62', 'a personal access token is answered in the same form, from the key service', async () => {
    const plain = mint();
    const told = await asker.introspect(plain.token, { token_type_hint: 'access_token' });
    expect([told.status, told.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(told.body).toEqual({
      active: true, token_type: 'Bearer', iss: identity.issuer, sub: owner, org: 'acme', scope: 'mcp:read mcp:execute', jti: plain.record.id, iat: plain.record.mintedAt,
    });
    const narrow = mint({ expiresAt: nowSeconds() + 60, projects: ['prod'], tools: ['demo:add'] });
    expect((await asker.introspect(narrow.token)).body).toMatchObject({ active: true, exp: narrow.record.expiresAt, projects: ['prod'], tools: ['demo:add'] });
    expect(asked).toEqual([{ hash: plain.record.hash }, { hash: narrow.record.hash }]);
    expect(identity.log.join('\n')).not.toContain(plain.token);
  });

  verifies('AS-62', 'one answer for every key that is not good: unknown, revoked, expired, mistyped, or of somebody who may not any more', async () => {
    const good = mint().token;
    const tokens = [
      mintToken().token, mint({ revokedAt: 1 }).token, mint({ expiresAt: nowSeconds() }).token, `${good.slice(0, -1)}${good.endsWith('a') ? 'b' : 'a'}`,
      mint({ owner: randomUUID() }).token, mint({ org: 'globex' }).token,
    ];
    for (const token of tokens) expect([token, (await asker.introspect(token)).body]).toEqual([token, { active: false }]);
  });

  verifies(['AS-62', 'AS-63'], 'a key is not active once its owner or the organization is disabled, or the membership has ended', async () => {
    const { token } = mint();
    for (const [change, undo] of [
      ["UPDATE users SET disabled_at = now() WHERE email = 'admin@example.com'", 'UPDATE users SET disabled_at = NULL'],
      ["UPDATE users SET epoch = floor(extract(epoch FROM now())) WHERE email = 'admin@example.com'", 'UPDATE users SET epoch = NULL'],
      ["UPDATE members SET removed_at = now() WHERE org = 'acme'", 'UPDATE members SET removed_at = NULL'],
      ["UPDATE organizations SET disabled_at = now() WHERE slug = 'acme'", 'UPDATE organizations SET disabled_at = NULL'],
    ] as const) {
      await identity.dataSource.query(change);
      expect([change, (await asker.introspect(token)).body]).toEqual([change, { active: false }]);
      await identity.dataSource.query(undo);
    }
    expect(await asker.isActive(token)).toBe(true);
  });

  verifies('AS-62', 'nobody else is told anything of a key, and the key service is not asked for them', async () => {
    const { token } = mint();
    const { client_id: stranger } = await registered(identity.issuer);
    expect((await post(identity.issuer, '/oauth/introspect', { client_id: stranger, token })).body).toEqual({ active: false });
    const machine = await registered(identity.issuer, { token_endpoint_auth_method: 'client_secret_post' });
    await identity.dataSource.query("UPDATE clients SET privileged = true, org = 'acme' WHERE id = $1", [machine.client_id]);
    expect((await post(identity.issuer, '/oauth/introspect', { client_id: machine.client_id, client_secret: machine.client_secret!, token })).body).toEqual({ active: false });
    const forged = await post(identity.issuer, '/oauth/introspect', { client_id: asker.id, token });
    expect([forged.status, forged.body.error]).toEqual([401, 'invalid_client']);
    expect(asked).toEqual([]);
  });

  verifies('AS-62', 'while the key service is silent the answer is 503 with Retry-After, and never that a key is not good', async () => {
    const { token } = mint();
    const { access_token: cut } = (await post(identity.issuer, '/oauth/token', {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange', subject_token: token, subject_token_type: accessToken, resource: demo,
    })).body;
    await whileKeysAreAway(async () => {
      for (const silent of [token, cut!]) {
        const { status, headers, body } = await asker.introspect(silent);
        expect([status, headers.get('retry-after'), headers.get('cache-control'), (body as { error?: string }).error]).toEqual([503, '1', 'no-store', 'temporarily_unavailable']);
      }
      const exchange = await post(identity.issuer, '/oauth/token', {
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange', subject_token: token, subject_token_type: accessToken, resource: demo,
      });
      expect([exchange.status, exchange.headers.get('retry-after'), exchange.body.error]).toEqual([503, '1', 'temporarily_unavailable']);
    });
    for (const token of [cut!]) expect(await asker.isActive(token)).toBe(true);
    expect(identity.log.join('\n')).not.toContain('"level":"error"');
  });

  verifies('AS-62', 'a refresh token is active until it is used, its grant is revoked, or its owner may not any more', async () => {
    const { clientId, tokens } = await connect(identity.issuer);
    const told = (await asker.introspect(tokens.refresh_token)).body;
    expect(told).toMatchObject({ active: true, client_id: clientId, sub: owner, scope: 'mcp:read mcp:execute', iss: identity.issuer });
    expect(told['exp']).toBeGreaterThan(nowSeconds() + 29 * 86_400);
    for (const [change, undo] of [
      ["UPDATE users SET disabled_at = now() WHERE email = 'admin@example.com'", 'UPDATE users SET disabled_at = NULL'],
      ["UPDATE organizations SET epoch = floor(extract(epoch FROM now())) WHERE slug = 'acme'", 'UPDATE organizations SET epoch = NULL'],
    ] as const) {
      await identity.dataSource.query(change);
      expect([change, (await asker.introspect(tokens.refresh_token)).body]).toEqual([change, { active: false }]);
      await identity.dataSource.query(undo);
    }
    const next = (await refresh(identity.issuer, clientId, tokens.refresh_token)).body.refresh_token!;
    expect((await asker.introspect(tokens.refresh_token)).body).toEqual({ active: false });
    expect(await asker.isActive(next)).toBe(true);
    await post(identity.issuer, '/oauth/revoke', { client_id: clientId, token: next });
    expect((await asker.introspect(next)).body).toEqual({ active: false });
  });

  verifies(['AS-50', 'AS-62'], 'nothing of a grant is active past the end of the grant', async () => {
    const { clientId, tokens } = await connect(identity.issuer);
    expect([await asker.isActive(tokens.access_token), await asker.isActive(tokens.refresh_token)]).toEqual([true, true]);
    const { gid } = decodeJwt(tokens.access_token);
    await identity.dataSource.query('UPDATE authorizations SET expires_at = now() WHERE grant_id = $1', [gid]);
    expect([await asker.isActive(tokens.access_token), await asker.isActive(tokens.refresh_token)]).toEqual([false, false]);
    expect((await refresh(identity.issuer, clientId, tokens.refresh_token)).body.error).toBe('invalid_grant');
  });
});
