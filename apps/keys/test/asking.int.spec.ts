import { InProcessFeed } from '@latchkey/feed';
import { verifies } from '@latchkey/testing';
import { ann, gatewayUrl, KeysFixture, type Claims } from './keys-fixture.ts';

const gateway: Claims = { sub: gatewayUrl, scope: '', credential: { kind: 'gateway', id: 'gateway' } };

describe('the online question at keys', () => {
  const feed = new InProcessFeed();
  let keys: KeysFixture;
  beforeAll(async () => { keys = await KeysFixture.start({ feed }); });
  afterAll(() => keys.stop());

  const hashOf = async (id: string) => (await keys.query<{ hash: Buffer }>('SELECT hash FROM personal_access_tokens WHERE id = $1', [id]))[0]?.hash.toString('base64url');
  const ask = (hash: unknown, as = gateway) => keys.call(as, 'POST', '/internal/ask', { hash });

  verifies('GW-24', 'says yes with the whole record, and no with its reason, by the row at that moment', async () => {
    const { id } = await keys.mint(ann);
    const hash = await hashOf(id);
    expect(await ask(hash)).toMatchObject({ status: 200, body: { active: true, pat: { kind: 'pat', id, hash, owner: 'ann', org: 'acme', revokedAt: null } } });
    // Not by way of the outbox: the table alone decides.
    await keys.query('UPDATE personal_access_tokens SET revoked_at = now() WHERE id = $1', [id]);
    expect((await ask(hash)).body).toEqual({ active: false, code: 'token_revoked' });
    expect((await ask('x'.repeat(43))).body).toEqual({ active: false, code: 'token_unknown' });
  });

  verifies('AS-83', 'is asked by the public id about the key that a token was cut from', async () => {
    const { id } = await keys.mint(ann);
    const byId = (value: unknown) => keys.call(gateway, 'POST', '/internal/ask', { id: value });
    expect((await byId(id)).body).toEqual((await ask(await hashOf(id))).body);
    await keys.query('UPDATE personal_access_tokens SET revoked_at = now() WHERE id = $1', [id]);
    expect((await byId(id)).body).toEqual({ active: false, code: 'token_revoked' });
    expect((await byId('Zz99Zz99')).body).toEqual({ active: false, code: 'token_unknown' });
    for (const odd of ['', "' OR 1=1", 7, null]) expect((await byId(odd)).status).toBe(400);
    expect((await keys.call(gateway, 'POST', '/internal/ask', { id, hash: await hashOf(id) })).status).toBe(400);
  });

  it('gives the same answer over the connection of the feed, and none to what is no question', async () => {
    const hash = await hashOf((await keys.mint(ann)).id);
    expect(await feed.ask('ask.keys', { hash }, 2000)).toEqual((await ask(hash)).body);
    await expect(feed.ask('ask.keys', { hash: 'short' }, 2000)).rejects.toMatchObject({ reason: 'refused' });
  });

  it('answers nobody but the gateway itself', async () => {
    const hash = 'x'.repeat(43);
    for (const claims of [ann, { ...gateway, sub: 'ann' }, { ...gateway, credential: { kind: 'access_token', id: 'x' } }] as Claims[]) {
      expect(await ask(hash, claims)).toMatchObject({ status: 401, body: { code: 'token_malformed' } });
    }
    expect(await keys.send('POST', '/internal/ask', { 'content-type': 'application/json' }, JSON.stringify({ hash }))).toMatchObject({ status: 401 });
  });

  it('takes the word of the gateway about itself for no user', async () => {
    expect(await keys.call({ ...gateway, org: 'acme', scope: 'keys:read', roles: { org: 'owner', projects: {} } }, 'GET', '/v1/pats')).toMatchObject({ status: 401 });
  });

  it.each([['not-a-hash'], [7], [undefined], [['x'.repeat(43)]]])('refuses %p as a hash', async (hash) => {
    expect(await ask(hash)).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
  });
});
