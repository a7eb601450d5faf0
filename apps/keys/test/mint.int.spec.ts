import { createHash } from 'node:crypto';
import { eventually, verifies } from '@latchkey/testing';
import pg from 'pg';
import { eventOf } from '../src/audit/record-audit.ts';
import { makeKey, type MadeKey } from '../src/personal-access-tokens/issue.ts';
import { MintGroups } from '../src/personal-access-tokens/mint/mint-groups.ts';
import { ann, bob, KeysFixture, type Claims } from './keys-fixture.ts';

describe('POST /v1/pats', () => {
  let keys: KeysFixture;
  beforeAll(async () => {
    keys = await KeysFixture.start();
    await keys.follow();
  }, 60_000);
  afterAll(() => keys.stop());

  const body = { name: ' CI ', org: 'acme', scopes: ['mcp:read', 'mcp:execute', 'mcp:read'], expiresIn: '30d' };

  verifies('K1', '201: the key with its token, pinned to the last field', async () => {
    const answer = await keys.call(bob, 'POST', '/v1/pats', body);
    expect(answer.status).toBe(201);
    expect(answer.headers['cache-control']).toBe('no-store');
    const { id, token } = answer.body;
    expect(token).toMatch(/^lk_pat_[0-9A-Za-z]{8}_[0-9A-Za-z]{38}$/);
    expect(answer.body).toEqual({
      id,
      token,
      name: 'CI',
      prefix: `lk_pat_${String(id)}`,
      org: 'acme',
      owner: 'bob',
      scopes: ['mcp:read', 'mcp:execute'],
      status: 'active',
      createdAt: '2026-03-01T12:00:00.123Z',
      expiresAt: '2026-03-31T12:00:00.000Z',
      lastUsedAt: null,
      revokedAt: null,
      consistency: `feed.keys.pat.${String(id)}@1`,
    });
    expect(String(token).slice(0, 15)).toBe(answer.body['prefix']);
  });

  verifies('K1', 'the gateways hear of it before the answer is sent', async () => {
    const grants = [{ resource: 'org/acme/project/prod/server/demo', actions: ['read', 'write'] }];
    const minted = await keys.mint(bob, { scopes: ['mcp:execute'], projects: ['prod'], grants, tools: ['demo:*'], expiresIn: '7d' });
    const at = Date.UTC(2026, 2, 1, 12) / 1000;
    expect(keys.newestOf(minted.id)).toMatchObject({
      subject: `feed.keys.pat.${minted.id}`,
      version: 1,
      record: {
        kind: 'pat',
        id: minted.id,
        hash: createHash('sha256').update(minted.token).digest('base64url'),
        org: 'acme',
        owner: 'bob',
        scopes: ['mcp:execute'],
        projects: ['prod'],
        grants,
        tools: ['demo:*'],
        mintedAt: at,
        expiresAt: at + 7 * 24 * 3600,
        revokedAt: null,
      },
    });
    expect(minted).toMatchObject({ projects: ['prod'], grants, tools: ['demo:*'], status: 'expiring' });
  });

  verifies('K1', 'a key may never end', async () => {
    const minted = await keys.mint(ann, { expiresIn: 'never' });
    expect(minted).toMatchObject({ expiresAt: null, status: 'active' });
    expect(keys.newestOf(minted.id)?.record).toMatchObject({ expiresAt: null });
  });

  const bad: [string, unknown, string][] = [
    ['nothing', {}, 'name'],
    ['a list', [], ''],
    ['no scope', { ...body, scopes: [] }, 'scopes'],
    ['an unknown scope', { ...body, scopes: ['mcp:read', 'root'] }, 'scopes.1'],
    ['an OpenID scope', { ...body, scopes: ['openid'] }, 'scopes.0'],
    ['an empty name', { ...body, name: '  ' }, 'name'],
    ['a name with NUL', { ...body, name: 'a\u0000b' }, 'name'],
    ['a name with half a character', { ...body, name: 'a\ud800' }, 'name'],
    ['a long name', { ...body, name: 'x'.repeat(101) }, 'name'],
    ['an org that is no slug', { ...body, org: 'Acme!' }, 'org'],
    ['another life time', { ...body, expiresIn: '1w' }, 'expiresIn'],
    ['an owner', { ...body, owner: 'ann' }, ''],
    ['a project that is no slug', { ...body, projects: ['../x'] }, 'projects.0'],
    ['a grant beside the point', { ...body, grants: [{ resource: 'org/acme/../globex', actions: ['read'] }] }, 'grants.0.resource'],
    ['a grant of nothing', { ...body, grants: [{ resource: 'org/acme', actions: [] }] }, 'grants.0.actions'],
    ['a tool without a server', { ...body, tools: ['add'] }, 'tools.0'],
    ['a tool with NUL', { ...body, tools: ['demo:a\u0000'] }, 'tools.0'],
  ];
  for (const [what, input, path] of bad) {
    it(`400 names what is wrong with ${what}`, async () => {
      const answer = await keys.call(ann, 'POST', '/v1/pats', input);
      expect(answer).toMatchObject({ status: 400, headers: { 'content-type': expect.stringContaining('application/problem+json') as string }, body: { code: 'invalid_request' } });
      expect(answer.body.issues.map((issue) => issue.path)).toContain(path);
    });
  }

  it('400 and 415 for what is no JSON', async () => {
    const headers = { 'latchkey-identity': await keys.gateway.assert(ann) };
    expect(await keys.send('POST', '/v1/pats', { ...headers, 'content-type': 'application/json' }, '{"name":')).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    const form = new URLSearchParams({ name: 'formy', org: 'acme', scopes: 'mcp:read', expiresIn: '7d' }).toString();
    expect(await keys.send('POST', '/v1/pats', { ...headers, 'content-type': 'application/x-www-form-urlencoded' }, form)).toMatchObject({ status: 415, body: { code: 'invalid_request' } });
    expect(await keys.send('POST', '/v1/pats', { ...headers, 'content-type': 'text/plain' }, JSON.stringify(body))).toMatchObject({ status: 415, body: { code: 'invalid_request' } });
    expect(await keys.send('POST', '/v1/leaks', { 'content-type': 'application/x-www-form-urlencoded' }, 'tokens=x')).toMatchObject({ status: 415, body: { code: 'invalid_request' } });
    expect(await keys.send('POST', '/v1/pats', { ...headers, 'content-type': 'application/xml' }, '<name/>')).toMatchObject({ status: 415, body: { code: 'invalid_request' } });
    expect(await keys.send('POST', '/v1/pats', { ...headers, 'content-type': 'application/json' }, `"${'x'.repeat(1024 * 1024)}"`)).toMatchObject({ status: 413, body: { code: 'body_too_large' } });
  });

  verifies('GW-32', '403 with a challenge when the credential may not mint', async () => {
    const answer = await keys.call({ ...bob, scope: 'keys:read mcp:execute' }, 'POST', '/v1/pats', body);
    expect(answer).toMatchObject({ status: 403, body: { code: 'insufficient_scope', error: 'insufficient_scope' } });
    expect(answer.headers['www-authenticate']).toBe(
      'Bearer error="insufficient_scope", resource_metadata="https://gateway.example/.well-known/oauth-protected-resource/v1", scope="keys:write"',
    );
  });

  verifies('K8', 'where it may be used from and how often are kept, shown and told to the gateways', async () => {
    const limits = { allowedIps: ['203.0.113.0/24', '2001:db8::/32'], rateLimit: { limit: 5, windowSeconds: 10 } };
    const minted = await keys.mint(bob, limits);
    expect(minted).toMatchObject(limits);
    expect((await keys.call(bob, 'GET', `/v1/pats/${minted.id}`)).body).toMatchObject(limits);
    expect(keys.newestOf(minted.id)?.record).toMatchObject(limits);
    const wrong: [string, object][] = [
      ['allowedIps', { allowedIps: [] }], ['allowedIps.0', { allowedIps: ['203.0.113.9'] }], ['allowedIps.0', { allowedIps: ['203.0.113.0/33'] }],
      ['allowedIps.0', { allowedIps: ['example.com/24'] }], ['allowedIps', { allowedIps: Array.from({ length: 101 }, () => '10.0.0.0/8') }],
      ['rateLimit.limit', { rateLimit: { limit: 0, windowSeconds: 60 } }], ['rateLimit.windowSeconds', { rateLimit: { limit: 1, windowSeconds: 86_401 } }],
      ['rateLimit.limit', { rateLimit: { limit: 1.5, windowSeconds: 60 } }],
    ];
    for (const [path, more] of wrong) {
      expect(await keys.call(bob, 'POST', '/v1/pats', { ...body, ...more })).toMatchObject({ status: 400, body: { issues: [expect.objectContaining({ path })] } });
    }
  });

  verifies('K2', '403 when the key would hold more than the role of its owner', async () => {
    expect(await keys.call(bob, 'POST', '/v1/pats', { ...body, scopes: ['servers:write'] })).toMatchObject({ status: 403, body: { code: 'insufficient_role' } });
    expect(await keys.call(bob, 'POST', '/v1/pats', { ...body, projects: ['dev'] })).toMatchObject({ status: 403, body: { code: 'insufficient_role' } });
    expect(await keys.call({ ...bob, roles: undefined }, 'POST', '/v1/pats', body)).toMatchObject({ status: 403, body: { code: 'insufficient_role' } });
  });

  describe('at the same time as others', () => {
    const made = (name: string, org = 'acme'): MadeKey => {
      const content = { service: false, name, org, owner: 'bob', scopes: ['mcp:read' as const], projects: null, grants: null, tools: null, allowedIps: null, rateLimit: null, createdAt: new Date(keys.clock.nowMs()), expiresAt: null, replaces: null };
      const { row, record } = makeKey('lk_pat_', content);
      return { row, record, minted: eventOf({ org, actor: { kind: 'user', id: 'bob' }, action: 'pat.minted', target: { kind: 'pat', id: row.id, name } }) };
    };
    /** Each: whether it was written. */
    const write = (...group: MadeKey[]): Promise<boolean[]> => Promise.all(group.map(async (key) => (await keys.get(MintGroups).write(key.row.org, () => key)) === key));
    const stored = (name: string): Promise<{ keys: number; transactions: number; told: number; logged: number }[]> =>
      keys.query(
        `SELECT count(*)::int AS keys, count(DISTINCT pat.xmin::text)::int AS transactions, count(outbox.version)::int AS told, count(act.id)::int AS logged
         FROM personal_access_tokens pat LEFT JOIN outbox ON outbox.subject = 'feed.keys.pat.' || pat.id AND outbox.version = 1
           LEFT JOIN audit_outbox act ON act.event #>> '{target,id}' = pat.id AND act.event ->> 'action' = 'pat.minted' WHERE pat.name = $1`,
        [name],
      );

    verifies('K1', 'is one transaction with those of its organization, and none with those of another', async () => {
      expect(await write(made('a'), made('a'), made('b', 'globex'), made('a'))).toEqual([true, true, true, true]);
      expect(await stored('a')).toEqual([{ keys: 3, transactions: 1, told: 3, logged: 3 }]);
      expect(await stored('b')).toEqual([{ keys: 1, transactions: 1, told: 1, logged: 1 }]);
    });

    it('is written by itself where that of another cannot be, and by nobody where its connection was lost', async () => {
      const [first, second] = [made('first'), made('second')];
      expect(await write(first)).toEqual([true]);
      expect(await write(second, first)).toEqual([false, false]);
      expect(await stored('second')).toMatchObject([{ keys: 0 }]);
      // As a revocation of many keys does while it lasts.
      const lock = "SELECT pg_advisory_xact_lock(hashtextextended('key epochs of acme', 0))";
      const waiting = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'advisory' AND datname = current_database()";
      const holder = new pg.Client({ connectionString: keys.databaseUrl });
      await holder.connect();
      try {
        await holder.query(`BEGIN; ${lock}`);
        const lost = write(made('lost')).catch((error: unknown) => error);
        await eventually(async () => expect(await keys.query(waiting)).toHaveLength(1));
        await keys.query(`SELECT pg_terminate_backend(pid) FROM (${waiting}) AS them`);
        expect(await lost).toBeInstanceOf(Error);
      } finally {
        await holder.end();
      }
      expect(await stored('lost')).toMatchObject([{ keys: 0 }]);
    });

    it('is one of a hundred at most, however many wait, in the order in which they came', async () => {
      const many = Array.from({ length: 130 }, () => made('many'));
      expect(new Set(await write(...many))).toEqual(new Set([true]));
      const groups = await keys.query<{ ids: string[] }>("SELECT array_agg(id) AS ids FROM personal_access_tokens WHERE name = 'many' GROUP BY xmin::text ORDER BY count(*) DESC");
      expect(groups.map(({ ids }) => ids.length)).toEqual([100, 30]);
      expect(new Set(groups[0]?.ids)).toEqual(new Set(many.slice(0, 100).map(({ row }) => row.id)));
    });

    it('has a second transaction beside it where a dozen wait, and no third', async () => {
      const holder = new pg.Client({ connectionString: keys.databaseUrl });
      await holder.connect();
      try {
        await holder.query('BEGIN; LOCK TABLE keys.personal_access_tokens IN SHARE MODE');
        const held = "SELECT count(*)::int AS writers FROM pg_locks WHERE NOT granted AND relation = 'personal_access_tokens'::regclass";
        const asked = (count: number): Promise<boolean[]> => write(...Array.from({ length: count }, () => made('beside')));
        const writers = (count: number): Promise<void> => eventually(async () => expect(await keys.query(held)).toEqual([{ writers: count }]));
        const all = [asked(1)];
        await writers(1);
        all.push(asked(11));
        await new Promise(setImmediate);
        expect(await keys.query(held)).toEqual([{ writers: 1 }]);
        all.push(asked(1));
        await writers(2);
        all.push(asked(13));
        await new Promise(setImmediate);
        expect(await keys.query(held)).toEqual([{ writers: 2 }]);
        await holder.query('COMMIT');
        expect(new Set((await Promise.all(all)).flat())).toEqual(new Set([true]));
      } finally {
        await holder.end();
      }
      const groups = await keys.query<{ n: number }>("SELECT count(*)::int AS n FROM personal_access_tokens WHERE name = 'beside' GROUP BY xmin::text ORDER BY n");
      expect(groups.map(({ n }) => n)).toEqual([1, 12, 13]);
    });

    it('answers each with its own key, and logs it as of its own request', async () => {
      const ids = Array.from({ length: 12 }, (_, at) => `request-${at}`);
      const answers = await Promise.all(ids.map((id) => keys.call(bob, 'POST', '/v1/pats', { ...body, name: `of ${id}` }, { 'x-request-id': id })));
      expect(answers.map(({ body: key }) => key.name)).toEqual(ids.map((id) => `of ${id}`));
      const logged = await keys.query("SELECT event ->> 'requestId' AS request, event #>> '{target,id}' AS pat FROM audit_outbox WHERE event ->> 'requestId' LIKE 'request-%' AND event ->> 'action' = 'pat.minted'");
      expect(new Map(logged.map(({ request, pat }) => [request, pat]))).toEqual(new Map(answers.map(({ body: key }, at) => [ids[at], key.id])));
    });

    it('fails for nobody else', async () => {
      await keys.query("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not this one'; END $$");
      await keys.query("CREATE TRIGGER refuse BEFORE INSERT ON personal_access_tokens FOR EACH ROW WHEN (NEW.name = 'refused') EXECUTE FUNCTION refuse()");
      const wanted = [{ name: 'together' }, { name: 'refused' }, { name: 'together' }, { name: 'ended', expiresIn: undefined, expiresAt: '2001-01-01T00:00:00Z' }, { name: 'together' }];
      const answers = await Promise.all(wanted.map((more) => keys.call(bob, 'POST', '/v1/pats', { ...body, ...more })));
      await keys.query('DROP FUNCTION refuse CASCADE');
      expect(answers.map(({ status }) => status)).toEqual([201, 500, 201, 400, 201]);
      expect(await stored('together')).toMatchObject([{ keys: 3, told: 3, logged: 3 }]);
      expect(await stored('refused')).toMatchObject([{ keys: 0 }]);
    });
  });

  describe('with a key', () => {
    const withKey = (id: string) => ({ ...bob, credential: { kind: 'pat' as const, id } });

    verifies('K2', 'mints its like and less, and no stronger one', async () => {
      const minter = await keys.mint(bob, { scopes: ['mcp:read', 'keys:write'], tools: ['demo:*'], expiresIn: '30d' });
      const child = await keys.mint(withKey(minter.id), { scopes: ['mcp:read'], tools: ['demo:add'], expiresIn: 'never' });
      expect(child).toMatchObject({ owner: 'bob', expiresAt: minter.expiresAt });
      const stronger = { ...body, tools: ['demo:add'] };
      expect(await keys.call(withKey(minter.id), 'POST', '/v1/pats', stronger)).toMatchObject({ status: 403, body: { code: 'insufficient_scope' } });
      expect(await keys.call(withKey(minter.id), 'POST', '/v1/pats', { ...body, scopes: ['mcp:read'] })).toMatchObject({ status: 403, body: { code: 'tool_not_allowed' } });
    });

    verifies('K4', 'that was revoked, has ended, or is not the caller’s, mints nothing', async () => {
      const revoked = await keys.mint(bob, { scopes: ['keys:write', 'mcp:read'] });
      await keys.call(bob, 'DELETE', `/v1/pats/${revoked.id}`);
      expect(await keys.call(withKey(revoked.id), 'POST', '/v1/pats', { ...body, scopes: ['mcp:read'] })).toMatchObject({ status: 401, body: { code: 'token_revoked' } });
      const ofAnn = await keys.mint(ann, { scopes: ['keys:write', 'mcp:read'] });
      for (const id of [ofAnn.id, 'AAAAAAAA']) {
        expect(await keys.call(withKey(id), 'POST', '/v1/pats', { ...body, scopes: ['mcp:read'] })).toMatchObject({ status: 401, body: { code: 'token_unknown' } });
      }
      const expired = await keys.mint(bob, { scopes: ['keys:write', 'mcp:read'], expiresIn: '7d' });
      keys.clock.advance(8 * 24 * 3600 * 1000);
      expect(await keys.call(withKey(expired.id), 'POST', '/v1/pats', { ...body, scopes: ['mcp:read'] })).toMatchObject({ status: 401, body: { code: 'token_expired' } });
    });
  });
});

describe('another prefix', () => {
  verifies('K1', 'is that of the tokens, and each key keeps the one it was minted with', async () => {
    const keys = await KeysFixture.start({ tokenPrefix: 'acme_' });
    try {
      const minted = await keys.mint(ann);
      expect(minted.token).toMatch(/^acme_[0-9A-Za-z]{8}_/);
      expect(minted.prefix).toBe(`acme_${minted.id}`);
    } finally {
      await keys.stop();
    }
  }, 60_000);
});

describe('POST /v1/pats, where the organization bounds the life of keys', () => {
  let keys: KeysFixture;
  beforeAll(async () => {
    keys = await KeysFixture.start();
  }, 60_000);
  afterAll(() => keys.stop());

  verifies('I11', '403 policy_violation: for a key that would live longer, or for ever', async () => {
    const bounded = { ...ann, key_max_lifetime: 30 * 24 * 3600 };
    const mint = async (expiresIn: string, as: Claims = bounded) => {
      const { status, body } = await keys.call(as, 'POST', '/v1/pats', { name: 'k', org: 'acme', scopes: ['mcp:read'], expiresIn });
      return [status, body['code']];
    };
    expect(await mint('30d')).toEqual([201, undefined]);
    expect(await mint('7d')).toEqual([201, undefined]);
    expect(await mint('90d')).toEqual([403, 'policy_violation']);
    expect(await mint('never')).toEqual([403, 'policy_violation']);
    // Shorter than any that can be asked for: then there are no keys at all.
    expect(await mint('7d', { ...ann, key_max_lifetime: 3600 })).toEqual([403, 'policy_violation']);
    expect(await mint('never', ann)).toEqual([201, undefined]);
    expect(await keys.query("SELECT 1 FROM outbox WHERE record->>'expiresAt' IS NULL")).toHaveLength(1);
  });

  it('lets a key that ends in time mint one that ends with it', async () => {
    const parent = await keys.mint(ann, { scopes: ['keys:write'], expiresIn: '7d' });
    const as = { ...ann, credential: { kind: 'pat' as const, id: parent.id }, key_max_lifetime: 7 * 24 * 3600 };
    const child = await keys.call(as, 'POST', '/v1/pats', { name: 'k', org: 'acme', scopes: ['keys:read'], expiresIn: 'never' });
    expect([child.status, child.body['expiresAt']]).toEqual([201, parent.expiresAt]);
  });
});
