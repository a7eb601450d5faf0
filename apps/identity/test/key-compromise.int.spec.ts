import { randomBytes, randomUUID } from 'node:crypto';
import { eventually, verifies } from '@latchkey/testing';
import { decodeProtectedHeader, type JWK } from 'jose';
import { DropSigningKey } from '../src/keys/drop-signing-key.ts';
import { ResealKeys } from '../src/keys/reseal-keys.ts';
import { RotateSigningKeys } from '../src/keys/rotate-signing-keys.ts';
import { SigningKeys } from '../src/keys/signing-keys.ts';
import { MasterKey } from '../src/keys/master-key.ts';
import { AccessTokens } from '../src/tokens/access-tokens.ts';
import { connect, refresh } from './support/client.ts';
import { startTestIdentity, type TestIdentity } from './support/identity.ts';

const [first, second] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];

describe('a signing key that somebody else has', () => {
  let identity: TestIdentity;
  let replica: TestIdentity;
  beforeAll(async () => {
    identity = await startTestIdentity({ variables: { LATCHKEY_MASTER_KEY: first } });
    replica = await startTestIdentity({ beside: identity });
  }, 60_000);
  afterAll(async () => {
    await replica.stop();
    await identity.stop();
  });

  const published = async (at = identity): Promise<string[]> => {
    const { keys } = (await (await fetch(`http://localhost:${at.running.port}/.well-known/jwks.json`)).json()) as { keys: { kid: string; alg: string }[] };
    return keys.filter(({ alg }) => alg === 'ES256').map(({ kid }) => kid);
  };
  const onTheFeed = (): string[] => {
    const record = identity.published.map((message) => message.record).filter(({ kind }) => kind === 'jwks').at(-1);
    return record?.kind === 'jwks' ? record.keys.map(({ kid }) => String(kid)) : [];
  };
  const drop = (kid: string) => identity.running.app.get(DropSigningKey).run(kid);
  const isGood = async (token: string) => (await identity.running.app.get(AccessTokens).active(token)) !== null;

  verifies(['AS-71', 'I12'], 'is dropped at once and everywhere: its tokens are dead, a new one signs, and a refresh goes on', async () => {
    const { clientId, tokens } = await connect(identity.issuer);
    const [old = ''] = await published();
    expect(decodeProtectedHeader(tokens.access_token).kid).toBe(old);
    expect(await isGood(tokens.access_token)).toBe(true);

    const { id: next, purpose } = await drop(old);
    expect([purpose, next === old]).toEqual(['ES256', false]);
    // No wait here, at any replica: what is asked for the keys looks first.
    expect(await published(replica)).toEqual([next]);
    expect(await published()).toEqual([next]);
    expect(await isGood(tokens.access_token)).toBe(false);
    await eventually(() => expect(onTheFeed()).toEqual([next]));

    const { status, body } = await refresh(identity.issuer, clientId, tokens.refresh_token);
    expect([status, decodeProtectedHeader(body.access_token!).kid]).toEqual([200, next]);
    expect(await isGood(body.access_token!)).toBe(true);
    await expect(drop(old)).rejects.toMatchObject({ code: 'not_found' });
    const entries = await identity.dataSource.query<unknown[]>("SELECT 1 FROM audit_events WHERE action = 'signing_key.dropped' AND event->'target'->>'id' = $1", [old]);
    expect(entries.length).toBe(1);
  });

  verifies('AS-71', 'is noticed by every replica within moments, so that none goes on signing with it', async () => {
    const [old = ''] = await published();
    const next = await drop(old);
    // Nobody asks the replicas for keys here: they look by themselves.
    await eventually(async () => {
      const { tokens } = await connect(identity.issuer);
      expect(decodeProtectedHeader(tokens.access_token).kid).toBe(next.id);
    });
  });

  verifies(['AS-70', 'AS-71'], 'hands over to the successor that is announced already, if there is one', async () => {
    await identity.dataSource.query("UPDATE secret_keys SET created_at = created_at - interval '90 days' WHERE purpose = 'ES256' AND retired_at IS NULL");
    await identity.running.app.get(RotateSigningKeys).step();
    const [signing = '', announced = ''] = await published();
    expect(announced).not.toBe('');
    expect((await drop(signing)).id).toBe(announced);
    expect(await published()).toEqual([announced]);
    // The other way round, the one that signs goes on.
    await identity.dataSource.query("UPDATE secret_keys SET created_at = created_at - interval '90 days' WHERE purpose = 'ES256' AND retired_at IS NULL");
    await identity.running.app.get(RotateSigningKeys).step();
    const [, another = ''] = await published();
    expect((await drop(another)).id).toBe(announced);
    expect(await published()).toEqual([announced]);
  });

  verifies('I12', 'is nowhere in the database in clear, nor is any other, and a dropped one not at all', async () => {
    const { jwks, cookieKeys } = await identity.running.app.get(SigningKeys).load();
    const secrets = [...jwks.keys.flatMap((key: JWK) => [key.d, key.p, key.q, key.dp, key.dq, key.qi]), ...cookieKeys].filter((part): part is string => part !== undefined);
    expect(secrets.length).toBeGreaterThan(6);
    const rows = await identity.dataSource.query<{ sealed: Buffer; retired: boolean; text: string }[]>(
      "SELECT sealed, retired_at IS NOT NULL AS retired, (to_jsonb(k) - 'sealed')::text AS text FROM secret_keys k",
    );
    for (const { sealed, retired, text } of rows) {
      if (retired) expect(sealed.length).toBe(0);
      for (const secret of secrets) {
        expect(text).not.toContain(secret);
        for (const bytes of [Buffer.from(secret), Buffer.from(secret, 'base64url')]) expect(sealed.includes(bytes)).toBe(false);
      }
    }
    expect(JSON.stringify(identity.published)).not.toMatch(/"(?:d|p|q)":/);
  });

  verifies('I12', 'master keys can be exchanged: after a reseal the old one opens nothing and is not needed', async () => {
    const { dataSource } = identity;
    const old = new MasterKey([Buffer.from(first, 'base64')]);
    const [{ id: user }] = await dataSource.query<[{ id: string }]>('SELECT id FROM users LIMIT 1');
    const provider = randomUUID();
    await dataSource.query('INSERT INTO second_factors (user_id, sealed, last_step) VALUES ($1, $2, 0)', [user, old.seal(`second-factor:${user}`, Buffer.from('totp'))]);
    await dataSource.query(
      `INSERT INTO identity_providers (id, org, label, issuer, client_id, sealed_secret, scopes, mfa_acr_values, enabled, revision)
       VALUES ($1, 'acme', 'Other', 'https://idp.example', 'c', $2, 'openid', '{}', false, 1)`,
      [provider, old.seal(`identity-provider:${provider}`, Buffer.from('secret'))],
    );
    const both = new MasterKey([Buffer.from(second, 'base64'), Buffer.from(first, 'base64')]);
    const resealed = await new ResealKeys(dataSource, new SigningKeys(dataSource, both), both).run();
    expect(resealed).toBeGreaterThanOrEqual(5);
    const now = new MasterKey([Buffer.from(second, 'base64')]);
    const [factor] = await dataSource.query<{ sealed: Buffer }[]>('SELECT sealed FROM second_factors WHERE user_id = $1', [user]);
    const [secret] = await dataSource.query<{ sealed: Buffer }[]>('SELECT sealed_secret AS sealed FROM identity_providers WHERE id = $1', [provider]);
    expect([now.open(`second-factor:${user}`, factor!.sealed).toString(), now.open(`identity-provider:${provider}`, secret!.sealed).toString()]).toEqual(['totp', 'secret']);
    const onlyNew = await new SigningKeys(dataSource, new MasterKey([Buffer.from(second, 'base64')])).load();
    expect(onlyNew.jwks.keys.map(({ kid }) => kid)).toEqual(expect.arrayContaining(await published()));
    await expect(new SigningKeys(dataSource, new MasterKey([Buffer.from(first, 'base64')])).load()).rejects.toThrow(/LATCHKEY_MASTER_KEY/);
  });
});
