import { verifies } from '@latchkey/testing';
import { ann, bob, eve, KeysFixture } from './keys-fixture.ts';

describe('DELETE /v1/pats/{id}', () => {
  let keys: KeysFixture;
  beforeAll(async () => {
    keys = await KeysFixture.start();
    await keys.follow();
  }, 60_000);
  afterAll(() => keys.stop());

  verifies('K4', 'revokes, for ever, and says the first moment however often it is asked', async () => {
    const { id } = await keys.mint(bob);
    const revokedAt = new Date(keys.clock.nowMs()).toISOString();
    const first = await keys.call(bob, 'DELETE', `/v1/pats/${id}`);
    expect(first).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } });
    expect(first.body).toEqual({ id, status: 'revoked', revokedAt, consistency: `feed.keys.pat.${id}@2` });
    expect(keys.newestOf(id)).toMatchObject({ version: 2, record: { revokedAt: Math.floor(keys.clock.nowMs() / 1000) } });

    keys.clock.advance(60_000);
    const again = await keys.call(bob, 'DELETE', `/v1/pats/${id}`);
    expect(again).toMatchObject({ status: 200, body: { id, status: 'revoked', revokedAt } });
    expect(keys.newestOf(id)?.record).toMatchObject({ revokedAt: Date.parse(revokedAt) / 1000 - 0.123 });
    expect((await keys.call(bob, 'GET', `/v1/pats/${id}`)).body).toMatchObject({ status: 'revoked', revokedAt });
  });

  verifies('K4', 'one of many at once is the first, and all tell the same moment', async () => {
    const { id } = await keys.mint(bob);
    const answers = await Promise.all(Array.from({ length: 10 }, () => {
      keys.clock.advance(1);
      return keys.call(bob, 'DELETE', `/v1/pats/${id}`);
    }));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ body }) => body['revokedAt'])).size).toBe(1);
    expect(new Set(answers.map(({ body }) => body['consistency'])).size).toBe(10);
  });

  verifies('K4', 'an expired key can still be revoked', async () => {
    const { id } = await keys.mint(bob, { expiresIn: '7d' });
    keys.clock.advance(8 * 24 * 3600 * 1000);
    expect(await keys.call(bob, 'DELETE', `/v1/pats/${id}`)).toMatchObject({ status: 200 });
    expect((await keys.call(bob, 'GET', `/v1/pats/${id}`)).body).toMatchObject({ status: 'revoked' });
  });

  verifies('K13', 'is for the owner and those who rule the organization; for others there is no such key', async () => {
    const ofAnn = await keys.mint(ann);
    const ofBob = await keys.mint(bob);
    for (const [who, id] of [[bob, ofAnn.id], [eve, ofAnn.id], [eve, ofBob.id]] as const) {
      expect(await keys.call(who, 'DELETE', `/v1/pats/${id}`)).toMatchObject({ status: 404, body: { code: 'not_found' } });
      expect((await keys.call(ann, 'GET', `/v1/pats/${id}`)).body).toMatchObject({ status: 'active', revokedAt: null });
      expect(keys.newestOf(id)).toMatchObject({ version: 1 });
    }
    expect(await keys.call(ann, 'DELETE', `/v1/pats/${ofBob.id}`)).toMatchObject({ status: 200 });
  });

  it('needs keys:write', async () => {
    const { id } = await keys.mint(bob);
    expect(await keys.call({ ...bob, scope: 'keys:read' }, 'DELETE', `/v1/pats/${id}`)).toMatchObject({ status: 403, body: { code: 'insufficient_scope' } });
    expect((await keys.call(bob, 'GET', `/v1/pats/${id}`)).body).toMatchObject({ status: 'active' });
  });
});
