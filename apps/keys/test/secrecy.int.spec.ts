import { verifies } from '@latchkey/testing';
import { ann, bob, KeysFixture } from './keys-fixture.ts';

describe('a token', () => {
  let keys: KeysFixture;
  beforeAll(async () => {
    keys = await KeysFixture.start();
    await keys.follow();
  }, 60_000);
  afterAll(() => keys.stop());

  verifies('K1', 'appears once, and is in no later answer, table, log line or feed record', async () => {
    const { id, token } = await keys.mint(bob);
    const later = [
      await keys.call(bob, 'GET', '/v1/pats'),
      await keys.call(ann, 'GET', `/v1/pats/${id}`),
      await keys.call(bob, 'POST', '/v1/pats', { name: token, org: 'globex', scopes: ['mcp:read'], expiresIn: '7d' }),
      await keys.call(bob, 'GET', `/v1/pats/${token}`),
      await keys.call(bob, 'GET', `/v1/pats?cursor=${token}`),
      await keys.call(bob, 'DELETE', `/v1/pats/${id}`),
    ];
    const tables = await keys.query<{ name: string }>("SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'keys'");
    expect(tables.map(({ name }) => name).sort()).toEqual(expect.arrayContaining(['outbox', 'personal_access_tokens']));
    const contents = await Promise.all(tables.map(({ name }) => keys.query(`SELECT to_jsonb(t)::text AS row FROM "${name}" t`)));
    const secret = token.slice(16);
    for (const [place, text] of [
      ['a table', JSON.stringify(contents)],
      ['a log line', keys.logLines.join('')],
      ['the feed', JSON.stringify(keys.messages)],
      // The path of a request is repeated to whoever sent it as `instance`, and to nobody else.
      ['an answer', JSON.stringify(later.map(({ headers, body }) => ({ headers, body: { ...body, instance: '' } })))],
    ] as const) {
      expect(text.includes(secret) ? place : 'nowhere').toBe('nowhere');
    }
    expect(JSON.stringify(contents)).toContain(id);
    expect(keys.logLines.join('')).toContain(id);
    expect(JSON.stringify(keys.messages)).toContain(id);
  });

  verifies('K1', 'is kept as its SHA-256 only', async () => {
    const { id, token } = await keys.mint(bob);
    const rows = await keys.query<{ same: boolean }>("SELECT hash = sha256(convert_to($2, 'UTF8')) AS same FROM personal_access_tokens WHERE id = $1", [id, token]);
    expect(rows).toEqual([{ same: true }]);
  });
});
