import { InProcessFeed } from '@latchkey/feed';
import { verifies } from '@latchkey/testing';
import { ann, bob, eve, KeysFixture, type Claims } from './keys-fixture.ts';

const day = 24 * 3600 * 1000;

describe('GET /v1/pats and /v1/pats/{id}', () => {
  let keys: KeysFixture;
  beforeEach(async () => {
    keys = await KeysFixture.start();
  }, 60_000);
  afterEach(() => keys.stop());

  const names = async (as: Claims, query = ''): Promise<unknown[]> => (await keys.call(as, 'GET', `/v1/pats${query}`)).body.items.map(({ name }) => name);

  verifies('K4', 'newest first, page by page, each once, while new ones are minted', async () => {
    // Seven keys, three of them in the same millisecond: the id decides among them.
    for (let number = 0; number < 7; number += 1) {
      await keys.mint(bob, { name: `k${number}` });
      if (number < 2 || number > 3) keys.clock.advance(1);
    }
    const seen: unknown[] = [];
    let cursor: string | null = null;
    let pages = 0;
    do {
      const page = await keys.call(bob, 'GET', `/v1/pats?limit=3${cursor === null ? '' : `&cursor=${cursor}`}`);
      expect(page).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } });
      expect(Object.keys(page.body).sort()).toEqual(['items', 'nextCursor']);
      seen.push(...page.body.items.map(({ name }) => name));
      cursor = page.body.nextCursor;
      pages += 1;
      await keys.mint(bob, { name: 'newcomer' });
      keys.clock.advance(1);
    } while (cursor !== null);
    expect(pages).toBe(3);
    expect(seen.slice(0, 2)).toEqual(['k6', 'k5']);
    expect([...seen.slice(2, 5)].sort()).toEqual(['k2', 'k3', 'k4']);
    expect(seen.slice(5)).toEqual(['k1', 'k0']);
  });

  describe('with identity beside it', () => {
    let epochs: { owner: string | null; epoch: number }[] = [];
    let asked: unknown[] = [];
    let silent = false;
    let joined: KeysFixture;
    beforeEach(async () => {
      [epochs, asked, silent] = [[], [], false];
      const feed = new InProcessFeed();
      await feed.answer('ask.identity', (question) => {
        asked.push(question);
        const { since } = question as { since: number };
        return silent ? Promise.reject(new Error('silent')) : Promise.resolve({ epochs: epochs.filter(({ epoch }) => epoch >= since) });
      });
      joined = await KeysFixture.start({ feed });
    }, 60_000);
    afterEach(() => joined.stop());

    const statuses = async (as: Claims, query = ''): Promise<unknown> => Object.fromEntries((await joined.call(as, 'GET', `/v1/pats${query}`)).body.items.map(({ name, status }) => [name, status]));
    const nowSeconds = () => joined.clock.nowSeconds();

    verifies('K4', 'a key is revoked in lists and alone when identity has ended its organization or its owner there', async () => {
      await joined.mint(bob, { name: 'of bob' });
      const { id } = await joined.mint(ann, { name: 'of ann' });
      expect(await statuses(ann)).toEqual({ 'of bob': 'active', 'of ann': 'active' });
      epochs = [{ owner: String(bob.sub), epoch: nowSeconds() }];
      expect(await statuses(ann, '?status=active')).toEqual({ 'of ann': 'active' });
      expect(await statuses(bob, '?status=revoked')).toEqual({ 'of bob': 'revoked' });
      joined.clock.advance(5000);
      await joined.mint(bob, { name: 'later' });
      expect(await statuses(bob)).toEqual({ later: 'active', 'of bob': 'revoked' });
      epochs.push({ owner: null, epoch: nowSeconds() });
      const shown = await joined.call(ann, 'GET', `/v1/pats/${id}`);
      expect(shown.body).toMatchObject({ status: 'revoked', revokedAt: new Date(nowSeconds() * 1000).toISOString() });
      expect(await statuses(ann)).toEqual({ later: 'revoked', 'of bob': 'revoked', 'of ann': 'revoked' });
    });

    verifies('K4', 'what is known already is asked from a while ago only, another organization is not touched, and a silent identity holds nothing up', async () => {
      await joined.mint(eve, { name: 'elsewhere' });
      await joined.mint(bob, { name: 'here' });
      epochs = [{ owner: null, epoch: nowSeconds() - 3600 }];
      await statuses(bob);
      await statuses(bob);
      expect(asked).toEqual([{ epochs: bob.org, since: 0 }, { epochs: bob.org, since: nowSeconds() - 300 }]);
      epochs = [{ owner: null, epoch: nowSeconds() }];
      expect(await statuses(bob)).toEqual({ here: 'revoked' });
      epochs = [];
      expect(await statuses(eve)).toEqual({ elsewhere: 'active' });
      silent = true;
      expect(await statuses(bob)).toEqual({ here: 'revoked' });
    });
  });

  it('a page that holds exactly the rest is the last', async () => {
    await keys.mint(bob);
    await keys.mint(bob);
    expect((await keys.call(bob, 'GET', '/v1/pats?limit=2')).body.nextCursor).toBeNull();
  });

  verifies('K4', 'the status is computed, can be asked for, and what has ended stays listed', async () => {
    await keys.mint(bob, { name: 'expired', expiresIn: '7d' });
    keys.clock.advance(20 * day);
    const revoked = await keys.mint(bob, { name: 'revoked', expiresIn: 'never' });
    await keys.call(bob, 'DELETE', `/v1/pats/${revoked.id}`);
    await keys.mint(bob, { name: 'expiring', expiresIn: '7d' });
    await keys.mint(bob, { name: 'active', expiresIn: '30d' });
    await keys.mint(bob, { name: 'for ever', expiresIn: 'never' });
    const all = (await keys.call(bob, 'GET', '/v1/pats')).body.items;
    expect(Object.fromEntries(all.map(({ name, status }) => [name, status]))).toEqual({
      expired: 'expired', revoked: 'revoked', expiring: 'expiring', active: 'active', 'for ever': 'active',
    });
    for (const status of ['expired', 'revoked', 'expiring']) expect(await names(bob, `?status=${status}`)).toEqual([status]);
    expect((await names(bob, '?status=active')).sort()).toEqual(['active', 'for ever']);
  });

  verifies('K1', 'shown alone a key is what it is in the list: its prefix, never its token', async () => {
    const minted = await keys.mint(bob, { projects: ['prod'] });
    const { token, consistency, ...view } = minted;
    const shown = await keys.call(bob, 'GET', `/v1/pats/${minted.id}`);
    expect(shown).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } });
    expect(shown.body).toEqual(view);
    expect((await keys.call(bob, 'GET', '/v1/pats')).body.items).toEqual([view]);
    expect(JSON.stringify(shown.body)).not.toContain(token.slice(16));
    expect(consistency).toBe(`feed.keys.pat.${minted.id}@1`);
  });

  verifies('K13', 'members see their own keys, owners and administrators all of the organization, nobody another organization’s', async () => {
    const ofBob = await keys.mint(bob, { name: 'of bob' });
    const ofAnn = await keys.mint(ann, { name: 'of ann' });
    const ofEve = await keys.mint(eve, { name: 'of eve' });
    const admin: Claims = { ...ann, sub: 'ada', roles: { org: 'admin', projects: {} } };
    expect(await names(bob)).toEqual(['of bob']);
    for (const ruler of [ann, admin]) expect((await names(ruler)).sort()).toEqual(['of ann', 'of bob']);
    expect(await names(ann, '?owner=bob&org=acme')).toEqual(['of bob']);
    expect(await names(bob, '?owner=ann')).toEqual([]);
    expect(await names(eve)).toEqual(['of eve']);

    expect(await keys.call(ann, 'GET', `/v1/pats/${ofBob.id}`)).toMatchObject({ status: 200 });
    const unknown = await keys.call(bob, 'GET', '/v1/pats/AAAAAAAA');
    expect(unknown).toMatchObject({ status: 404, body: { code: 'not_found' } });
    for (const [who, id] of [[bob, ofAnn.id], [eve, ofAnn.id], [ann, ofEve.id], [bob, ofEve.id]] as const) {
      const answer = await keys.call(who, 'GET', `/v1/pats/${id}`);
      // Not there and not yours are one answer.
      expect({ ...answer.body, requestId: '', instance: '' }).toEqual({ ...unknown.body, requestId: '', instance: '' });
    }
  });

  it('reading needs keys:read, which writing includes', async () => {
    for (const path of ['/v1/pats', '/v1/pats/AAAAAAAA']) {
      expect(await keys.call({ ...bob, scope: 'mcp:read org:admin' }, 'GET', path)).toMatchObject({ status: 403, body: { code: 'insufficient_scope' } });
    }
    expect(await keys.call({ ...bob, scope: 'keys:read' }, 'GET', '/v1/pats')).toMatchObject({ status: 200 });
  });

});

describe('what is no query and no id', () => {
  let keys: KeysFixture;
  beforeAll(async () => {
    keys = await KeysFixture.start();
  }, 60_000);
  afterAll(() => keys.stop());

  const bad = ['status=dead', 'limit=0', 'limit=101', 'limit=x', 'cursor=x', 'cursor=W10', 'owner=a&owner=b', 'org=A!', 'owner=%00'];
  for (const query of bad) {
    it(`400 for ?${query}`, async () => {
      expect(await keys.call(bob, 'GET', `/v1/pats?${query}`)).toMatchObject({ status: 400, body: { code: 'invalid_request', issues: [expect.objectContaining({ path: query.split('=')[0] })] } });
    });
  }

  for (const id of ['%00', 'AAAAAAA', '..%2F..', "'%20OR%201=1", 'x'.repeat(100), '%F0%9F%98%80']) {
    it(`404 for /v1/pats/${id.slice(0, 20)}`, async () => {
      expect(await keys.call(ann, 'GET', `/v1/pats/${id}`)).toMatchObject({ status: 404 });
      expect(await keys.call(ann, 'DELETE', `/v1/pats/${id}`)).toMatchObject({ status: 404 });
    });
  }

  for (const id of ['x'.repeat(8000), '%', '%C0%80']) {
    it(`4xx for ${id.slice(0, 10)}, and the service goes on`, async () => {
      const { status } = await keys.call(ann, 'GET', `/v1/pats/${id}`);
      expect(status >= 400 && status < 500).toBe(true);
      expect(await keys.call(ann, 'GET', '/v1/pats')).toMatchObject({ status: 200 });
    });
  }

  verifies('O3', 'shows on the management port what it does, by route template, and no key', async () => {
    const { id, token } = await keys.mint(bob);
    await keys.call(bob, 'GET', `/v1/pats/${id}`);
    const text = await keys.metrics();
    expect(text).toMatch(/^http_request_duration_seconds_count\{method="GET",route="\/v1\/pats\/:id",status="200"\} \d+$/m);
    for (const name of ['outbox_unpublished', 'outbox_oldest_unpublished_seconds', 'keys_webhook_deliveries_due', 'keys_webhook_oldest_due_seconds', 'keys_webhook_endpoints_disabled']) {
      expect(text).toMatch(new RegExp(`^${name} \\d`, 'm'));
    }
    for (const secret of [id, token, 'acme']) expect(text).not.toContain(secret);
  });
});
