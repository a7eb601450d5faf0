import { families, type Operation } from '@latchkey/contracts/openapi';
import { verifies } from '@latchkey/testing';
import { Management, outcome } from './support/management.ts';

describe('lists of identity', () => {
  let management: Management;
  let issuer: string;
  const call: Management['call'] = (...args) => management.call(...args);

  beforeAll(async () => {
    management = await Management.start();
    const { owner } = management;
    const { body } = await call('POST', '/v1/oauth-clients', owner, { org: 'acme', name: 'App', kind: 'confidential', scopes: ['mcp:read'], redirectUris: ['https://app.example/cb'] });
    const trusted = await call('POST', '/v1/trusted-issuers', owner, { org: 'acme', issuer: 'https://idp.example', jwksUri: 'https://idp.example/jwks', clients: [body.id] });
    issuer = trusted.body.id as string;
  }, 60_000);
  afterAll(() => management.close());

  const lists = families
    .filter(({ service }) => service === 'identity')
    .flatMap(({ operations }) => Object.entries(operations).map(([name, operation]) => [name, operation as Operation] as const))
    .filter(([, { method, answer }]) => method === 'get' && answer !== null && 'shape' in answer && 'nextCursor' in (answer.shape as object));

  it.each(lists)('[K13] %s gives pages, and refuses a limit and a cursor that are none', async (name, { path, query }) => {
    expect([name, Object.keys(query?.shape ?? {})]).toEqual([name, expect.arrayContaining(['limit', 'cursor'])]);
    const at = path.replace('{project}', 'prod').replace('{id}', issuer);
    const first = await call('GET', `${at}?limit=1`, management.owner);
    expect([name, first.status, first.body.items.length <= 1]).toEqual([name, 200, true]);
    const unknown = Buffer.from('["2026-01-01 00:00:00+00","!"]').toString('base64url');
    for (const bad of ['limit=0', 'limit=101', 'limit=x', 'cursor=', 'cursor=zz', `cursor=${unknown}`]) {
      expect([name, bad, ...outcome(await call('GET', `${at}?${bad}`, management.owner))]).toEqual([name, bad, 400, 'invalid_request']);
    }
  });

  verifies('I5', 'what is remembered comes page by page, each once, newest first', async () => {
    const { owner, accounts } = management;
    for (let n = 0; n < 5; n += 1) {
      await accounts.dataSource.query(
        `INSERT INTO consents (id, user_id, client_id, client_name, redirect, resource, org, scopes, created_at, expires_at)
         VALUES (gen_random_uuid(), $1, $2, 'App', 'https://app.example', '', 'acme', '{mcp:read}', date_trunc('second', now()), now() + interval '1 day')`,
        [owner.sub, `app-${n}`],
      );
    }
    const ids = (items: Record<string, unknown>[]): unknown[] => items.map(({ id }) => id);
    const all = await call('GET', '/v1/grants/remembered', owner);
    expect([all.body.items.length, all.body.nextCursor]).toEqual([5, null]);
    const seen: unknown[] = [];
    let cursor: string | null = null;
    do {
      const page = await call('GET', `/v1/grants/remembered?limit=2${cursor === null ? '' : `&cursor=${cursor}`}`, owner);
      expect(page.body.items.length).toBeLessThanOrEqual(2);
      seen.push(...ids(page.body.items));
      cursor = page.body.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(ids(all.body.items));
    expect((await call('GET', '/v1/grants/remembered', management.deputy)).body.items).toEqual([]);
  });
});
