import { randomBytes } from 'node:crypto';
import { verifies } from '@latchkey/testing';
import { MasterKey } from '../src/keys/master-key.ts';
import { SigningKeys } from '../src/keys/signing-keys.ts';
import { connect, refresh } from './support/client.ts';
import { startTestIdentity } from './support/identity.ts';

describe('keys', () => {
  verifies('AS-70', 'survive a restart, with tokens, refresh tokens and sign-ins, and only under the same master key', async () => {
    const first = await startTestIdentity();
    const jwks = await (await fetch(`${first.issuer}/.well-known/jwks.json`)).json();
    const { clientId, tokens } = await connect(first.issuer);
    await first.stop();

    const second = await startTestIdentity({ after: first });
    expect(await (await fetch(`${second.issuer}/.well-known/jwks.json`)).json()).toEqual(jwks);
    expect((await refresh(second.issuer, clientId, tokens.refresh_token)).status).toBe(200);
    const stranger = new SigningKeys(second.dataSource, new MasterKey([randomBytes(32)]));
    await expect(stranger.load()).rejects.toThrow(/LATCHKEY_MASTER_KEY/);
    await second.stop();

    const rotated = `${randomBytes(32).toString('base64')},${first.variables.LATCHKEY_MASTER_KEY!}`;
    const third = await startTestIdentity({ after: first, variables: { LATCHKEY_MASTER_KEY: rotated } });
    expect(await (await fetch(`${third.issuer}/.well-known/jwks.json`)).json()).toEqual(jwks);
    await third.stop();
  }, 60_000);

  verifies('AS-70', 'lie sealed in the database', async () => {
    const identity = await startTestIdentity();
    const rows = await identity.dataSource.query<{ purpose: string; sealed: Buffer }[]>('SELECT purpose, sealed FROM secret_keys ORDER BY purpose');
    expect(rows.map(({ purpose }) => purpose)).toEqual(['ES256', 'RS256', 'cookie']);
    for (const { sealed } of rows) expect(sealed.toString('latin1')).not.toMatch(/"d"|kty/);
    await identity.stop();
  }, 60_000);

  it('two replicas that start on an empty database at once agree on one set', async () => {
    const first = await startTestIdentity();
    await first.dataSource.query('DELETE FROM secret_keys');
    await first.stop();
    const [one, two] = await Promise.all([startTestIdentity({ after: first }), startTestIdentity({ beside: first })]);
    const [a, b] = await Promise.all([one, two].map(async ({ running }) => (await fetch(`http://127.0.0.1:${running.port}/.well-known/jwks.json`)).json()));
    expect(a).toEqual(b);
    await Promise.all([one.stop(), two.stop()]);
  }, 60_000);

  verifies('AS-91', 'over https, cookies are __Host- and secure', async () => {
    const identity = await startTestIdentity({ variables: { LATCHKEY_ISSUER: 'https://id.example', PORT: '0' } });
    const local = `http://127.0.0.1:${identity.running.port}`;
    const { client_id: clientId } = (await (
      await fetch(`${local}/oauth/clients/register`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ redirect_uris: ['https://a.example/'], token_endpoint_auth_method: 'none' }) })
    ).json()) as { client_id: string };
    const query = new URLSearchParams({ response_type: 'code', client_id: clientId, redirect_uri: 'https://a.example/', code_challenge: 'x'.repeat(43), code_challenge_method: 'S256' });
    const response = await fetch(`${local}/oauth/authorize?${query.toString()}`, { redirect: 'manual' });
    expect([response.status, response.headers.get('location')?.startsWith('/interaction/')]).toEqual([303, true]);
    const interaction = response.headers.getSetCookie().filter((line) => line.startsWith('__Host-latchkey_interaction='));
    expect(interaction).toHaveLength(1);
    for (const line of response.headers.getSetCookie()) expect(line).toMatch(/^__(Host|Secure)-.*; secure; httponly/i);
    expect(interaction[0]).toMatch(/path=\/;.*samesite=lax/i);
    await identity.stop();
  }, 60_000);
});

