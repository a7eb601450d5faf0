import { endedSessionSchema, identityHeader, sessionPageSchema, type IdentityAssertionClaims } from '@latchkey/contracts';
import { requireDescribed } from '@latchkey/service/testing';
import { eventually, verifies } from '@latchkey/testing';
import { decodeJwt } from 'jose';
import { signOutBrowsers } from '../src/accounts/sign-out-browsers.ts';
import { admin, allow, authorizeUrl, FormBrowser, gatewayUrl, registerClient, startAccounts, verifier, type Accounts } from './support/accounts.ts';

const password = 'seven green bicycles';
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:139.0) Gecko/20100101 Firefox/139.0';

describe('sessions', () => {
  let accounts: Accounts;
  let ann: { id: string; email: string };
  let bob: { id: string; email: string };

  beforeAll(async () => {
    accounts = await startAccounts();
    ann = await accounts.createUser('ann@example.com', password);
    bob = await accounts.createUser('bob@example.com', password);
    await accounts.addMember({ userId: ann.id, org: 'acme', role: 'admin' });
    await accounts.createOrg('rival', bob.id);
  }, 60_000);
  afterAll(() => accounts.close());

  const console = `/console`;
  const page = (browser: FormBrowser, path: string) => browser.get(`${accounts.issuer}${path}`);
  const signIn = async (email: string, browser = new FormBrowser(accounts.issuer, firefox)) => {
    await browser.submit(await page(browser, '/console/sign-in'), { email, password });
    return browser;
  };
  const isSignedIn = async (browser: FormBrowser) => new URL((await page(browser, console)).url).pathname === console;

  /** Signs in on the way to a program, and has it connected. */
  async function connect(email: string) {
    const browser = new FormBrowser(accounts.issuer, firefox);
    const clientId = await registerClient(accounts.issuer);
    const consent = await browser.submit(await browser.get(authorizeUrl(accounts.issuer, { clientId, scope: 'openid org:read', resource: `${gatewayUrl}/v1` })), { email, password });
    const code = new URL((await browser.submit(consent, {}, allow)).url).searchParams.get('code')!;
    const token = (form: Record<string, string>) => fetch(`${accounts.issuer}/oauth/token`, { method: 'POST', body: new URLSearchParams({ client_id: clientId, ...form }) });
    const answer = (await (await token({ grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: 'https://app.example/callback' })).json()) as { access_token: string; refresh_token: string };
    return { browser, clientId, sid: decodeJwt(answer.access_token).sid as string, refresh: () => token({ grant_type: 'refresh_token', refresh_token: answer.refresh_token }) };
  }

  const caller = (sub: string, org: string, scope = 'org:read org:admin keys:write'): Partial<IdentityAssertionClaims> => ({ iss: gatewayUrl, aud: accounts.issuer, sub, org, scope, roles: { org: 'admin', projects: {} } });
  async function call(method: string, path: string, claims: Partial<IdentityAssertionClaims>) {
    const response = await fetch(`${accounts.issuer}/v1/sessions${path}`, { method, headers: { [identityHeader]: await accounts.asserter.sign(claims) } });
    const answer = { status: response.status, body: (await response.json()) as Record<string, unknown> };
    requireDescribed({ method, path: `/v1/sessions${path}`, ...answer });
    return { ...answer, headers: response.headers };
  }
  const list = async (claims: Partial<IdentityAssertionClaims>, query = '') => sessionPageSchema.parse((await call('GET', query, claims)).body);

  verifies('I9', 'a person sees where they are signed in, with device, address and time, and which one it is', async () => {
    const browser = await signIn(ann.email);
    await signIn(ann.email, new FormBrowser(accounts.issuer, 'curl/8 <b>'));
    await connect(ann.email);
    const text = (await page(browser, '/console/sessions')).text;
    expect(text.match(/<li class="key">/g)).toHaveLength(3);
    expect(text.match(/this browser/g)).toHaveLength(1);
    expect(text.match(/Firefox on Linux/g)!.length).toBeGreaterThanOrEqual(2);
    expect(text).toContain('Unknown device');
    expect(text).toContain('127.0.0.1');
    expect(text).toContain('Sign-in for programs');
    expect((await page(browser, '/console/account')).text).toContain('href="/console/sessions"');
  });

  verifies('I9', 'they end one of them, or all others at once', async () => {
    const [here, there, elsewhere] = [await signIn(bob.email), await signIn(bob.email), await signIn(bob.email)];
    const shown = await page(there, '/console/sessions');
    const csrf = /name="_csrf" value="([^"]+)"/.exec(shown.text)![1]!;
    const own = /"\/console\/sessions\/([0-9a-f]{64})\/end"(?:(?!<li).)*?(?=<\/li>)/s;
    const mine = shown.text.split('<li class="key">').find((row) => row.includes('this browser'))!;
    expect((await there.post(`${accounts.issuer}/console/sessions/${own.exec(mine)![1]!}/end`, {})).status).toBe(403);
    await there.post(`${accounts.issuer}/console/sessions/${own.exec(mine)![1]!}/end`, { _csrf: csrf });
    expect([await isSignedIn(here), await isSignedIn(there), await isSignedIn(elsewhere)]).toEqual([true, false, true]);
    const again = await page(here, '/console/sessions');
    await here.post(`${accounts.issuer}/console/sessions/end-others`, { _csrf: /name="_csrf" value="([^"]+)"/.exec(again.text)![1]! });
    expect([await isSignedIn(here), await isSignedIn(elsewhere)]).toEqual([true, false]);
  });

  verifies(['I9', 'AS-63'], 'over the API too: a sign-in for programs ends with its tokens, and the gateways hear of it', async () => {
    const program = await connect(ann.email);
    const found = (await list(caller(ann.id, 'acme'))).items.find(({ id }) => id === program.sid);
    expect(found).toMatchObject({ kind: 'browser', device: 'Firefox on Linux', address: expect.stringContaining('127.0.0.1') });
    const { status, body, headers } = await call('DELETE', `/${program.sid}`, caller(ann.id, 'acme'));
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
    const ended = endedSessionSchema.parse(body);
    const record = await accounts.outbox<{ kind: string; id: string }>(`feed.identity.session.${program.sid}`);
    expect(record!.record).toMatchObject({ kind: 'session', id: program.sid });
    expect(ended).toEqual({ id: program.sid, consistency: `feed.identity.session.${program.sid}@${record!.version}` });
    expect((await program.refresh()).status).toBe(400);
    expect((await call('DELETE', `/${program.sid}`, caller(ann.id, 'acme'))).status).toBe(404);
    const audited = await accounts.dataSource.query<{ event: unknown }[]>("SELECT event FROM audit_events WHERE action = 'session.ended' AND event->'target'->>'id' = $1", [program.sid]);
    expect(audited.map(({ event }) => event)).toEqual([expect.objectContaining({ actor: { kind: 'user', id: ann.id } })]);
  });

  verifies('I9', 'nobody sees or ends the sessions of somebody else, whatever their role', async () => {
    const browser = await signIn(ann.email);
    const program = await connect(ann.email);
    const owner = { ...caller(await accounts.userId(admin.email), 'acme'), roles: { org: 'owner' as const, projects: {} } };
    const hers = (await list(caller(ann.id, 'acme'))).items.map(({ id }) => id);
    expect(hers).toContain(program.sid);
    for (const stranger of [owner, caller(bob.id, 'rival')]) {
      expect((await list(stranger)).items.filter(({ id }) => hers.includes(id))).toEqual([]);
      for (const id of [...hers, 'none', 'x'.repeat(90)]) expect((await call('DELETE', `/${encodeURIComponent(id)}`, stranger)).status).toBe(404);
    }
    expect((await program.refresh()).status).toBe(200);
    expect(await isSignedIn(browser)).toBe(true);
    // By the page no more than by the API.
    const foreign = await signIn(bob.email);
    const csrf = /name="_csrf" value="([^"]+)"/.exec((await page(foreign, '/console/sessions')).text)![1]!;
    expect((await foreign.post(`${accounts.issuer}/console/sessions/${program.sid}/end`, { _csrf: csrf })).status).toBe(404);
  });

  verifies('I9', 'pages, filters and scopes of the API', async () => {
    await accounts.dataSource.query('DELETE FROM console_sessions');
    for (let round = 0; round < 3; round += 1) await signIn(bob.email);
    const me = caller(bob.id, 'rival');
    const first = await list(me, '?limit=2&kind=console');
    const second = await list(me, `?limit=2&kind=console&cursor=${first.nextCursor}`);
    expect([first.items.length, second.items.length, second.nextCursor]).toEqual([2, 1, null]);
    expect(new Set([...first.items, ...second.items].map(({ id }) => id)).size).toBe(3);
    expect((await list(me, '?kind=browser')).items).toEqual([]);
    expect((await call('GET', '?cursor=bm9uZQ', me)).status).toBe(400);
    expect((await call('GET', '', caller(bob.id, 'rival', 'mcp:read'))).body).toMatchObject({ status: 403, code: 'insufficient_scope' });
    for (const path of ['', `/${first.items[0]!.id}`]) expect((await call('DELETE', path, caller(bob.id, 'rival', 'org:read keys:read'))).body).toMatchObject({ code: 'insufficient_scope' });
    expect((await call('DELETE', `/${first.items[0]!.id}`, caller(bob.id, 'rival', 'keys:write'))).status).toBe(200);
    expect((await call('GET', '', caller(bob.id, 'acme'))).status).toBe(404);
    expect((await call('DELETE', '', caller(bob.id, 'rival', 'keys:write'))).body).toEqual({ ended: 2 });
    expect((await list(me)).items).toEqual([]);
  });

  verifies('I9', 'use keeps a console session alive for a day of work at a time, and no longer than two weeks', async () => {
    const browser = await signIn(ann.email);
    const set = (sql: string) => accounts.dataSource.query(`UPDATE console_sessions SET ${sql} WHERE user_id = $1`, [ann.id]);
    const hours = async () => Number((await accounts.dataSource.query<{ h: string }[]>("SELECT max(extract(epoch FROM expires_at - now()) / 3600)::numeric(8,1) AS h FROM console_sessions WHERE user_id = $1", [ann.id]))[0]!.h);
    await set("last_seen_at = now() - interval '11 hours', expires_at = now() + interval '1 hour'");
    expect(await isSignedIn(browser)).toBe(true);
    expect(await hours()).toBeCloseTo(12, 0);
    await set("created_at = now() - interval '14 days' + interval '1 hour', last_seen_at = now() - interval '2 hours'");
    expect(await isSignedIn(browser)).toBe(true);
    expect(await hours()).toBeCloseTo(1, 0);
    await set("expires_at = now() - interval '1 second'");
    expect(await isSignedIn(browser)).toBe(false);
  });

  describe('an end that meets a request of the same session', () => {
    const stored = (sid: string) => accounts.dataSource.query<unknown[]>("SELECT 1 FROM artifacts WHERE kind = 'Session' AND uid = $1", [sid]);
    const waiting = (count: number) =>
      eventually(async () => {
        const [row] = await accounts.dataSource.query<{ count: number }[]>("SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'");
        expect(row!.count).toBe(count);
      });
    const ask = ({ browser, clientId }: Awaited<ReturnType<typeof connect>>, extra: Record<string, string> = {}) =>
      browser.get(authorizeUrl(accounts.issuer, { clientId, scope: 'openid org:read', resource: `${gatewayUrl}/v1`, extra }));
    /** Runs `statement` in a transaction, starts what is to meet it, and commits once that waits. */
    async function meet<T>(statement: string, values: unknown[], start: () => Promise<T>, waits = 1): Promise<T> {
      const other = accounts.dataSource.createQueryRunner();
      try {
        await other.startTransaction();
        await other.query(statement, values);
        const result = start();
        await waiting(waits);
        await other.commitTransaction();
        return await result;
      } finally {
        await other.release();
      }
    }
    const end = "DELETE FROM artifacts WHERE kind = 'Session' AND uid = $1";

    verifies('I9', 'a session that ended meanwhile is not written anew', async () => {
      const program = await connect(ann.email);
      await meet(end, [program.sid], () => ask(program));
      expect(await stored(program.sid)).toEqual([]);
      expect((await ask(program)).text).toContain('name="password"');
    });

    verifies('I9', 'nor under the id that a new sign-in would give it', async () => {
      const program = await connect(ann.email);
      const form = await ask(program, { prompt: 'login' });
      await meet(end, [program.sid], () => program.browser.submit(form, { email: ann.email, password }));
      expect(await stored(program.sid)).toEqual([]);
    });

    verifies('I9', 'an end that waits for a change of the id finds the session under the new one', async () => {
      const program = await connect(ann.email);
      const form = await ask(program, { prompt: 'login' });
      let ended: Promise<void> | undefined;
      await meet("SELECT 1 FROM artifacts WHERE kind = 'Session' AND uid = $1 FOR UPDATE", [program.sid], async () => {
        const signedIn = program.browser.submit(form, { email: ann.email, password });
        await waiting(1);
        // `meet` waits for the second one: who waited here too might look only after its commit.
        ended = accounts.dataSource.transaction((manager) => signOutBrowsers(manager, ann.id));
        return signedIn;
      }, 2);
      await ended;
      expect(await stored(program.sid)).toEqual([]);
    });
  });

  verifies(['I9', 'AS-91'], 'a sign-in never takes over a session that the browser brought along', async () => {
    const browser = new FormBrowser(accounts.issuer);
    const planted = await signIn(bob.email);
    const cookie = planted.cookies.get('lk_console|/')!;
    browser.cookies.set('lk_console|/', { ...cookie });
    await signIn(ann.email, browser);
    const after = browser.cookies.get('lk_console|/')!;
    expect(after.value).not.toBe(cookie.value);
    expect((await page(browser, '/console/account')).text).toContain(ann.email);
    // What was planted is worth nothing any more, to whoever kept a copy.
    expect(await isSignedIn(planted)).toBe(false);
  });
});
