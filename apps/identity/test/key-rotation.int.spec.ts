import { eventually, verifies } from '@latchkey/testing';
import { decodeProtectedHeader } from 'jose';
import { OidcEngine } from '../src/provider/oidc-engine.ts';
import { RotateSigningKeys } from '../src/keys/rotate-signing-keys.ts';
import { AccessTokens } from '../src/tokens/access-tokens.ts';
import { connect, refresh } from './support/client.ts';
import { startTestIdentity, type TestIdentity } from './support/identity.ts';

describe('rotation of signing keys', () => {
  let identity: TestIdentity;
  beforeAll(async () => {
    identity = await startTestIdentity();
  }, 60_000);
  afterAll(() => identity.stop());

  const published = async (): Promise<string[]> => {
    const { keys } = (await (await fetch(`${identity.issuer}/.well-known/jwks.json`)).json()) as { keys: { kid: string; alg: string }[] };
    return keys.filter(({ alg }) => alg === 'ES256').map(({ kid }) => kid);
  };
  const onTheFeed = (): string[] => {
    const record = identity.published.map((message) => message.record).filter((message) => message.kind === 'jwks').at(-1);
    return record?.kind === 'jwks' ? record.keys.map(({ kid }) => String(kid)) : [];
  };
  const move = async (): Promise<void> => {
    await identity.running.app.get(RotateSigningKeys).step();
    await identity.running.app.get(OidcEngine).reloadIfChanged();
  };
  const age = (column: string, seconds: number) =>
    identity.dataSource.query(`UPDATE secret_keys SET ${column} = ${column} - make_interval(secs => $1) WHERE retired_at IS NULL`, [seconds]);

  verifies(['AS-70', 'I12'], 'a successor is announced last, signs when it has been known long enough, and the old key goes after its last token', async () => {
    const [old = ''] = await published();
    const { clientId, tokens } = await connect(identity.issuer);
    let refreshToken = tokens.refresh_token;
    const signer = async (): Promise<string | undefined> => {
      const { body } = await refresh(identity.issuer, clientId, refreshToken);
      refreshToken = body.refresh_token!;
      return decodeProtectedHeader(body.access_token!).kid;
    };

    await move();
    expect(await published()).toEqual([old]);

    await age('created_at', 90 * 86_400);
    await move();
    const [first, next = ''] = await published();
    expect([first, next.length]).toEqual([old, 43]);
    await eventually(() => expect(onTheFeed()).toEqual([old, next]));
    expect(await signer()).toBe(old);
    await move();
    expect(await published()).toEqual([old, next]);

    await age('created_at', 600);
    await move();
    expect(await published()).toEqual([next, old]);
    expect(await signer()).toBe(next);
    expect(await identity.running.app.get(AccessTokens).active(tokens.access_token)).not.toBeNull();

    await age('signed_until', 3600);
    await move();
    expect(await published()).toContain(old);
    await age('signed_until', 61);
    await move();
    expect(await published()).not.toContain(old);
    await eventually(() => expect(onTheFeed()).not.toContain(old));
    expect(await signer()).toBe(next);
  });

  verifies('AS-70', 'however many replicas move it on at once, there is one successor', async () => {
    await age('created_at', 90 * 86_400);
    const before = (await published()).length;
    const rotate = identity.running.app.get(RotateSigningKeys);
    await Promise.all(Array.from({ length: 5 }, () => rotate.step()));
    await move();
    const rows = await identity.dataSource.query<unknown[]>("SELECT 1 FROM secret_keys WHERE purpose = 'ES256' AND retired_at IS NULL");
    expect(rows.length - before).toBeLessThanOrEqual(1);
  });
});
