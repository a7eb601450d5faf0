import { eventually, verifies } from '@latchkey/testing';
import { authorizeUrl, FormBrowser, registerClient, startAccounts, type Accounts } from './support/accounts.ts';
import { linkIn, mailsTo, mailTo } from './support/mailbox.ts';

const [old, fresh] = ['seven green bicycles', 'eleven blue tricycles'];

describe('a forgotten password', () => {
  let accounts: Accounts;
  let number = 0;

  beforeAll(async () => {
    accounts = await startAccounts({ LATCHKEY_MAILBOX: 'true' });
  }, 60_000);
  afterAll(() => accounts.close());

  const newBrowser = () => new FormBrowser(accounts.issuer);
  const newUser = async () => {
    const email = `forgetful-${(number += 1)}@example.com`;
    return { email, id: (await accounts.createUser(email, old)).id };
  };
  const forgot = async (email: string, browser = newBrowser()) => browser.submit(await browser.get(`${accounts.issuer}/account/forgot-password`), { email });
  const resetLink = async (email: string) => {
    await forgot(email);
    return linkIn(await mailTo(accounts.issuer, email, /new password/));
  };
  const signIn = async (email: string, password: string) => {
    const browser = newBrowser();
    return { browser, page: await browser.submit(await browser.get(`${accounts.issuer}/console`), { email, password }) };
  };

  verifies('I7', 'a mailed link gives a new password, once; every browser is signed out, other links are void, and a notice goes out', async () => {
    const { email, id } = await newUser();
    const signedIn = await signIn(email, old);
    const clientId = await registerClient(accounts.issuer);
    const signInOnly = authorizeUrl(accounts.issuer, { clientId, scope: 'openid' });
    const oauth = newBrowser();
    expect((await oauth.submit(await oauth.get(signInOnly), { email, password: old })).text).toContain('>Allow</button>');
    const earlier = await resetLink(email);
    await forgot(email);
    // Requests are answered one after the other in the background.
    await eventually(async () => expect(await accounts.dataSource.query('SELECT 1 FROM account_links WHERE user_id = $1', [id])).toHaveLength(2));

    const browser = newBrowser();
    const page = await browser.get(earlier);
    expect(page.text).toContain(email);
    const short = await browser.submit(page, { password: 'short' });
    expect([short.status, short.text.includes('at least 8 characters')]).toEqual([422, true]);
    expect((await browser.submit(page, { password: 'password123' })).status).toBe(422);
    const done = await browser.submit(page, { password: fresh });
    expect([done.status, done.text.includes('Password changed')]).toEqual([200, true]);
    expect((await browser.submit(page, { password: 'yet another password' })).status).toBe(404);

    expect(await accounts.dataSource.query('SELECT 1 FROM account_links WHERE user_id = $1', [id])).toEqual([]);
    expect(new URL((await signedIn.browser.get(`${accounts.issuer}/console`)).url).pathname).toBe('/console/sign-in');
    expect((await oauth.get(signInOnly)).text).toContain('>Sign in</button>');
    expect((await signIn(email, old)).page.status).toBe(422);
    expect((await signIn(email, fresh)).page.status).toBe(200);
    expect((await mailTo(accounts.issuer, email, /was changed/)).text).toContain('/account/forgot-password');
    const audited = await accounts.dataSource.query<{ action: string }[]>("SELECT action FROM audit_events WHERE event->'target'->>'id' = $1 ORDER BY at", [id]);
    expect(audited.map(({ action }) => action)).toEqual(expect.arrayContaining(['password_reset.requested', 'password.reset']));
  });

  verifies('I7', 'a sign-in with the old password that was not taken up yet ends too', async () => {
    const { email } = await newUser();
    const browser = newBrowser();
    const form = await browser.get(authorizeUrl(accounts.issuer, { clientId: await registerClient(accounts.issuer), scope: 'openid' }));
    const csrf = /name="_csrf" value="([^"]+)"/.exec(form.text)![1]!;
    const cookie = [...browser.cookies].map(([name, { value }]) => `${name.split('|')[0]}=${value}`).join('; ');
    const answer = await fetch(`${form.url}/login`, { method: 'POST', redirect: 'manual', headers: { cookie }, body: new URLSearchParams({ _csrf: csrf, email, password: old }) });
    expect(answer.headers.get('location')).toContain('/oauth/authorize/');
    const holder = newBrowser();
    await holder.submit(await holder.get(await resetLink(email)), { password: fresh });
    const resumed = await browser.get(new URL(answer.headers.get('location')!, accounts.issuer).href);
    expect([resumed.text.includes('>Allow</button>'), resumed.status]).toEqual([false, 400]);
  });

  verifies(['I7', 'AS-63'], 'who asks for it also ends every key and connected program, by one record', async () => {
    const { email, id } = await newUser();
    const before = await accounts.outbox<{ epoch: number | null }>(`feed.identity.user.${id}`);
    expect(before!.record.epoch).toBeNull();
    const browser = newBrowser();
    await browser.submit(await browser.get(await resetLink(email)), { password: fresh, everything: 'yes' });
    const after = await accounts.outbox<{ epoch: number | null; disabled: boolean }>(`feed.identity.user.${id}`);
    expect(after!.record).toEqual({ kind: 'user', id, disabled: false, epoch: expect.any(Number) });
  });

  verifies('I7', 'ten attempts at once on each of ten links change ten passwords, each once', async () => {
    const people = await Promise.all(Array.from({ length: 10 }, newUser));
    const outcomes = await Promise.all(people.map(async ({ email }) => {
      const link = await resetLink(email);
      const browsers = Array.from({ length: 10 }, newBrowser);
      const pages = await Promise.all(browsers.map((browser) => browser.get(link)));
      const answers = await Promise.all(browsers.map((browser, index) => browser.submit(pages[index]!, { password: `${fresh} ${index}` })));
      return answers.map(({ status }) => status);
    }));
    for (const statuses of outcomes) expect([...statuses].sort()).toEqual([200, ...Array.from({ length: 9 }, () => 404)]);
    for (const [index, { email }] of people.entries()) expect((await signIn(email, `${fresh} ${outcomes[index]!.indexOf(200)}`)).page.status).toBe(200);
  }, 120_000);

  verifies('I7', 'a link works for an hour, and not for an account that was disabled meanwhile', async () => {
    const { email, id } = await newUser();
    const link = await resetLink(email);
    const [row] = await accounts.dataSource.query<{ minutes: number }[]>('SELECT round(extract(epoch FROM expires_at - created_at) / 60)::integer AS minutes FROM account_links WHERE user_id = $1', [id]);
    expect(row!.minutes).toBe(60);
    const browser = newBrowser();
    const page = await browser.get(link);
    await accounts.dataSource.query('UPDATE users SET disabled_at = now() WHERE id = $1', [id]);
    expect((await browser.submit(page, { password: fresh })).status).toBe(404);
    expect((await browser.get(link)).status).toBe(404);
    await accounts.dataSource.query('UPDATE users SET disabled_at = NULL WHERE id = $1', [id]);
    await accounts.dataSource.query('UPDATE account_links SET expires_at = clock_timestamp() WHERE user_id = $1', [id]);
    expect((await browser.submit(page, { password: fresh })).status).toBe(404);
  });

  verifies('I7', 'it leads back to the authorization request where it began', async () => {
    const { email } = await newUser();
    const clientId = await registerClient(accounts.issuer);
    const browser = newBrowser();
    const signInPage = await browser.get(authorizeUrl(accounts.issuer, { clientId, scope: 'openid' }));
    const forgotPage = await browser.get(new URL(/href="([^"]+)">Forgot password\?/.exec(signInPage.text)![1]!, signInPage.url).href);
    await browser.submit(forgotPage, { email });
    const done = await browser.submit(await browser.get(linkIn(await mailTo(accounts.issuer, email, /new password/))), { password: fresh });
    const back = await browser.get(new URL(/href="(\/interaction\/[^"]+)">Sign in/.exec(done.text)![1]!, accounts.issuer).href);
    expect((await browser.submit(back, { email, password: fresh })).text).toContain('>Allow</button>');
  });

  it('leads to no address of somebody else\'s making', async () => {
    for (const from of ['https://evil.example', '//evil.example', '../x', 'a'.repeat(65)]) {
      const page = await newBrowser().get(`${accounts.issuer}/account/forgot-password?from=${encodeURIComponent(from)}`);
      expect([page.status, page.text.includes('href="/console/sign-in"'), page.text.includes('evil')]).toEqual([200, true, false]);
    }
  });

  verifies('I7', 'one address gets so many links an hour and no more', async () => {
    const { email } = await newUser();
    const statuses: number[] = [];
    for (let round = 0; round < 6; round += 1) statuses.push((await forgot(email)).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
    expect((await mailsTo(accounts.issuer, email)).length).toBeLessThanOrEqual(5);
  });
});
