import { eventually, verifies } from '@latchkey/testing';
import { decodeJwt, exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { AddMember } from '../src/organizations/add-member.ts';
import { CreateUser } from '../src/accounts/create-user.ts';
import { EndSession } from '../src/grants/end-session.ts';
import { connect, post, refresh, registered, type TokenAnswer } from './support/client.ts';
import { startTestIdentity, type TestIdentity } from './support/identity.ts';

describe('revocation and introspection', () => {
  let identity: TestIdentity;
  let asker: string;
  let privateKey: CryptoKey;

  beforeAll(async () => {
    identity = await startTestIdentity();
    const pair = await generateKeyPair('ES256', { extractable: true });
    privateKey = pair.privateKey;
    const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'gateway', alg: 'ES256', use: 'sig' };
    const client = await registered(identity.issuer, { redirect_uris: ['https://gate.example/cb'], token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [jwk] } });
    asker = client.client_id;
    await identity.dataSource.query('UPDATE clients SET privileged = true WHERE id = $1', [asker]);
  }, 60_000);
  afterAll(() => identity.stop());

  const assertion = (): Promise<string> =>
    new SignJWT({ jti: crypto.randomUUID() }).setProtectedHeader({ alg: 'ES256', kid: 'gateway' }).setIssuer(asker).setSubject(asker).setAudience(identity.issuer).setIssuedAt().setExpirationTime('1m').sign(privateKey);

  const introspect = async (token: string): Promise<TokenAnswer & { body: { active?: boolean } }> =>
    post(identity.issuer, '/oauth/introspect', { token, client_assertion: await assertion(), client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' });

  const published = (kind: string, id: unknown) => eventually(() => identity.published.find(({ record }) => record.kind === kind && 'id' in record && record.id === id)?.record ?? false);

  verifies('AS-62', 'tells a privileged client all about a good token', async () => {
    const { tokens } = await connect(identity.issuer);
    const { status, body, headers } = await introspect(tokens.access_token);
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(body).toEqual({ active: true, token_type: 'Bearer', ...decodeJwt(tokens.access_token) });
  });

  verifies('AS-62', 'tells anybody else nothing', async () => {
    const { clientId, tokens } = await connect(identity.issuer);
    expect((await post(identity.issuer, '/oauth/introspect', { client_id: clientId, token: tokens.access_token })).body).toEqual({ active: false });
    expect((await post(identity.issuer, '/oauth/introspect', { client_id: clientId, token: tokens.refresh_token })).body).toEqual({ active: false });
    const unauthenticated = await post(identity.issuer, '/oauth/introspect', { token: tokens.access_token });
    expect([unauthenticated.status, unauthenticated.body.error]).toEqual([400, 'invalid_request']);
    const forged = await post(identity.issuer, '/oauth/introspect', { client_id: asker, token: tokens.access_token });
    expect([forged.status, forged.body.error]).toEqual([401, 'invalid_client']);
  });

  verifies('AS-60', 'does not answer for a JWT whose sender failed to authenticate', async () => {
    const { tokens } = await connect(identity.issuer);
    const answer = await post(identity.issuer, '/oauth/revoke', { client_id: asker, token: tokens.access_token });
    expect([answer.status, answer.body.error]).toEqual([401, 'invalid_client']);
    expect((await introspect(tokens.access_token)).body.active).toBe(true);
  });

  verifies('AS-61', 'ends a JWT access token alone: a record for its jti, and the grant lives', async () => {
    const { clientId, tokens } = await connect(identity.issuer);
    const claims = decodeJwt(tokens.access_token);
    const answer = await post(identity.issuer, '/oauth/revoke', { client_id: clientId, token: tokens.access_token, token_type_hint: 'access_token' });
    expect([answer.status, answer.body]).toEqual([200, {}]);
    expect(await published('token', claims.jti)).toEqual({ kind: 'token', id: claims.jti, revokedAt: expect.any(Number) as number, expiresAt: claims.exp });
    expect((await introspect(tokens.access_token)).body).toEqual({ active: false });
    const next = await refresh(identity.issuer, clientId, tokens.refresh_token);
    expect((await introspect(next.body.access_token!)).body.active).toBe(true);
  });

  verifies('AS-61', 'ends the grant with a refresh token, and answers 200 for what it does not know', async () => {
    const { clientId, tokens } = await connect(identity.issuer);
    const { gid } = decodeJwt(tokens.access_token);
    expect((await post(identity.issuer, '/oauth/revoke', { client_id: clientId, token: tokens.refresh_token })).status).toBe(200);
    expect(await published('grant', gid)).toMatchObject({ kind: 'grant', id: gid });
    expect((await introspect(tokens.access_token)).body).toEqual({ active: false });
    for (const token of [tokens.refresh_token, 'unknown', 'a.b.c', `${tokens.access_token}x`]) {
      expect((await post(identity.issuer, '/oauth/revoke', { client_id: clientId, token })).status).toBe(200);
    }
  });

  verifies('AS-61', 'leaves the token of another client alone', async () => {
    const { tokens } = await connect(identity.issuer);
    const { client_id: stranger } = await registered(identity.issuer);
    for (const token of [tokens.access_token, tokens.refresh_token]) expect((await post(identity.issuer, '/oauth/revoke', { client_id: stranger, token })).status).toBe(200);
    expect((await introspect(tokens.access_token)).body.active).toBe(true);
  });

  verifies('AS-62', 'takes no JWT of another kind or key for an access token', async () => {
    const { tokens } = await connect(identity.issuer, { scope: 'openid mcp:read' });
    const forged = await new SignJWT(decodeJwt(tokens.access_token)).setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'gateway' }).sign(privateKey);
    for (const token of [(tokens as unknown as { id_token: string }).id_token, forged, `${tokens.access_token.slice(0, -4)}AAAA`]) {
      expect((await introspect(token)).body).toEqual({ active: false });
    }
  });

  verifies('AS-63', 'an ended session takes its tokens along', async () => {
    const { clientId, tokens } = await connect(identity.issuer);
    const { sid } = decodeJwt<{ sid: string }>(tokens.access_token);
    await identity.running.app.get(EndSession).run(sid);
    expect(await published('session', sid)).toMatchObject({ kind: 'session', id: sid });
    expect((await introspect(tokens.access_token)).body).toEqual({ active: false });
    expect((await refresh(identity.issuer, clientId, tokens.refresh_token)).body.error).toBe('invalid_grant');
  });

  verifies('AS-58', 'a revocation that cannot be staged does not happen', async () => {
    const { clientId, tokens } = await connect(identity.issuer);
    await identity.dataSource.query('ALTER TABLE outbox RENAME TO outbox_away');
    try {
      expect((await post(identity.issuer, '/oauth/revoke', { client_id: clientId, token: tokens.access_token })).status).toBe(500);
      expect((await post(identity.issuer, '/oauth/revoke', { client_id: clientId, token: tokens.refresh_token })).status).toBe(500);
    } finally {
      await identity.dataSource.query('ALTER TABLE outbox_away RENAME TO outbox');
    }
    expect((await introspect(tokens.access_token)).body.active).toBe(true);
    // Nor is it forgotten what it was about: whoever asks again is not told that an unknown token is gone, while its grant lives on.
    expect((await post(identity.issuer, '/oauth/revoke', { client_id: clientId, token: tokens.refresh_token })).status).toBe(200);
    expect((await introspect(tokens.access_token)).body).toEqual({ active: false });
  });

  verifies('AS-43', 'a disabled user, an epoch and a lost membership each end refreshing, and the token at the source of truth', async () => {
    const changes = [
      ["UPDATE users SET disabled_at = now() WHERE email = 'admin@example.com'", 'UPDATE users SET disabled_at = NULL'],
      ["UPDATE users SET epoch = floor(extract(epoch FROM now())) WHERE email = 'admin@example.com'", 'UPDATE users SET epoch = NULL'],
      ["UPDATE members SET removed_at = now() WHERE org = 'acme'", 'UPDATE members SET removed_at = NULL'],
      ["UPDATE organizations SET epoch = floor(extract(epoch FROM now())) WHERE slug = 'acme'", 'UPDATE organizations SET epoch = NULL'],
    ] as const;
    const { clientId, tokens } = await connect(identity.issuer);
    for (const [change, undo] of changes) {
      await identity.dataSource.query(change);
      expect((await introspect(tokens.access_token)).body).toEqual({ active: false });
      expect((await refresh(identity.issuer, clientId, tokens.refresh_token)).body.error).toBe('invalid_grant');
      await identity.dataSource.query(undo);
    }
    expect((await refresh(identity.issuer, clientId, tokens.refresh_token)).status).toBe(200);
  });

  verifies('AS-43', 'a role that shrinks takes scopes out of the next token', async () => {
    const { running, issuer, dataSource } = identity;
    const { clientId, tokens } = await connect(issuer);
    const { sub } = decodeJwt(tokens.access_token);
    // Somebody else has to own the organization before the admin may become less.
    const other = await running.app.get(CreateUser).run({ email: 'owner@example.com', name: 'Owner', password: 'correct horse battery' });
    await running.app.get(AddMember).run({ userId: other.id, org: 'acme', role: 'owner' });
    await running.app.get(AddMember).run({ userId: sub!, org: 'acme', role: 'member', projects: { prod: 'viewer' } });
    try {
      const viewer = await refresh(issuer, clientId, tokens.refresh_token);
      expect([viewer.status, viewer.body.scope, decodeJwt(viewer.body.access_token!).scope]).toEqual([200, 'mcp:read', 'mcp:read']);
    } finally {
      await running.app.get(AddMember).run({ userId: sub!, org: 'acme', role: 'owner', projects: { prod: 'admin' } });
      await dataSource.query('UPDATE members SET epoch = NULL');
    }
  });
});
