import { createHash } from 'node:crypto';
import { eventually, verifies } from '@latchkey/testing';
import { admin, allow, authorizeUrl, FormBrowser, registerClient, startAccounts, type Accounts, type Page } from './support/accounts.ts';
import { consoleMe } from './support/console.ts';
import { linkIn, mailsTo, mailTo } from './support/mailbox.ts';

const password = 'seven green bicycles';

describe('signing up', () => {
  let accounts: Accounts;
  let address = 0;

  beforeAll(async () => {
    accounts = await startAccounts({ LATCHKEY_MAILBOX: 'true' });
    await accounts.identity.seed.server({ org: 'acme', project: 'prod', slug: 'demo', name: 'Demo', url: 'http://127.0.0.1:1/mcp' });
  }, 60_000);
  afterAll(() => accounts.close());

  const newBrowser = () => new FormBrowser(accounts.issuer);
  const newAddress = () => `person-${(address += 1)}@example.com`;
  const users = async (email: string) => accounts.dataSource.query<{ id: string; email_verified: boolean }[]>('SELECT id, email_verified FROM users WHERE email = $1', [email]);

  async function signUp(browser: FormBrowser, email: string, fields: Record<string, string> = {}): Promise<Page> {
    return browser.submit(await browser.get(`${accounts.issuer}/account/sign-up`), { name: 'Pat Person', email, password, ...fields });
  }

  const signIn = async (email: string, pass = password) => {
    const browser = newBrowser();
    return browser.submit(await browser.get(`${accounts.issuer}/console`), { email, password: pass });
  };

  verifies('I7', 'an account comes to be when its address is confirmed, in the browser where it began, and goes on with what was asked', async () => {
    const email = newAddress();
    const browser = newBrowser();
    const clientId = await registerClient(accounts.issuer);
    const signInPage = await browser.get(authorizeUrl(accounts.issuer, { clientId, scope: 'openid email', resource: undefined }));
    const link = /href="([^"]+)">Create account/.exec(signInPage.text)![1]!;
    const form = await browser.get(new URL(link, signInPage.url).href);
    expect(form.headers.get('content-security-policy')).toContain("default-src 'none'");
    const sent = await browser.submit(form, { name: 'Pat Person', email: ` ${email.toUpperCase()} `, password });
    expect([sent.status, sent.text.includes('Look into your mail')]).toEqual([200, true]);
    expect(await users(email)).toEqual([]);
    expect((await signIn(email)).status).toBe(422);

    const confirm = await browser.get(linkIn(await mailTo(accounts.issuer, email, /Confirm/)));
    expect(await users(email)).toEqual([]);
    expect(confirm.text).not.toContain('type="password"');
    const consent = await browser.submit(confirm, {});
    expect(consent.text).toContain('>Allow</button>');
    expect(consent.text).toContain(email);
    const back = await browser.submit(consent, {}, allow);
    expect(new URL(back.url).searchParams.get('code')).toBeTruthy();
    expect(await users(email)).toEqual([{ id: expect.any(String), email_verified: true }]);
    const { id } = (await users(email))[0]!;
    expect(await accounts.outbox(`feed.identity.user.${id}`)).toMatchObject({ record: { kind: 'user', id, disabled: false } });
    // An account is no membership.
    expect(await consoleMe(browser, accounts.issuer)).toMatchObject({ user: { id, email }, memberships: [] });
  });

  verifies(['I7', 'I11'], 'a session that began in another way, or with an older account, stands for no sign-in that a program asks for', async () => {
    const email = newAddress();
    const browser = newBrowser();
    await signUp(browser, email);
    await browser.submit(await browser.get(linkIn(await mailTo(accounts.issuer, email, /Confirm/))), {});
    const clientId = await registerClient(accounts.issuer);
    const { id } = (await users(email))[0]!;
    const goOn = async () => {
      const page = await browser.get(authorizeUrl(accounts.issuer, { clientId, scope: 'openid' }));
      return browser.get(`${page.url}/signed-up`);
    };
    await accounts.dataSource.query("UPDATE console_sessions SET amr = '{fed,idp:x,org:acme}' WHERE user_id = $1", [id]);
    expect((await goOn()).text).toContain('>Sign in</button>');
    await accounts.dataSource.query("UPDATE console_sessions SET amr = '{pwd}' WHERE user_id = $1", [id]);
    await accounts.dataSource.query("UPDATE users SET created_at = now() - interval '1 hour' WHERE id = $1", [id]);
    expect((await goOn()).text).toContain('>Sign in</button>');
    await accounts.dataSource.query('UPDATE users SET created_at = now() WHERE id = $1', [id]);
    expect((await goOn()).text).toContain('>Allow</button>');
  });

  verifies('I7', 'another browser confirms with the password that was chosen, and with no other', async () => {
    const email = newAddress();
    await signUp(newBrowser(), email);
    const link = linkIn(await mailTo(accounts.issuer, email, /Confirm/));
    const browser = newBrowser();
    const page = await browser.get(link);
    expect(page.text).toContain('type="password"');
    const wrong = await browser.submit(page, { password: 'a guess of mine' });
    expect([wrong.status, wrong.text.includes('role="alert"')]).toEqual([422, true]);
    expect((await browser.submit(page, {})).status).toBe(422);
    expect(await users(email)).toEqual([]);
    const done = await browser.submit(wrong, { password });
    expect([done.status, new URL(done.url).pathname]).toEqual([200, '/console']);
    expect(await users(email)).toHaveLength(1);
    expect((await signIn(email)).status).toBe(200);
    expect((await browser.get(link)).status).toBe(404);
  });

  verifies('I7', 'who has an account gets a mail that says so, and a way in; the page says what it says to everybody', async () => {
    const before = await users(admin.email);
    const page = await signUp(newBrowser(), admin.email);
    expect([page.status, page.text.includes('Look into your mail')]).toEqual([200, true]);
    const mail = await mailTo(accounts.issuer, admin.email, /already/);
    expect(mail.text).toContain(`${accounts.issuer}/console/sign-in`);
    expect((await newBrowser().get(linkIn(mail))).text).toContain('Choose a new password');
    expect(await users(admin.email)).toEqual(before);
    expect(mail.text).not.toContain('Pat Person');
  });

  verifies('I7', 'ten attempts at once on each of ten links make ten accounts', async () => {
    const addresses = Array.from({ length: 10 }, newAddress);
    await Promise.all(addresses.map((email) => signUp(newBrowser(), email)));
    const outcomes = await Promise.all(addresses.map(async (email) => {
      const link = linkIn(await mailTo(accounts.issuer, email, /Confirm/));
      const browsers = Array.from({ length: 10 }, newBrowser);
      const pages = await Promise.all(browsers.map((browser) => browser.get(link)));
      const answers = await Promise.all(browsers.map((browser, index) => browser.submit(pages[index]!, { password })));
      return answers.map(({ status }) => status).sort();
    }));
    for (const statuses of outcomes) expect(statuses).toEqual([200, ...Array.from({ length: 9 }, () => 404)]);
    for (const email of addresses) expect(await users(email)).toHaveLength(1);
  }, 120_000);

  verifies('I7', 'of several links for one address, confirmed at once, one makes the account', async () => {
    const email = newAddress();
    for (let round = 0; round < 3; round += 1) await signUp(newBrowser(), email);
    const mails = await eventually(async () => {
      const found = await mailsTo(accounts.issuer, email);
      return found.length === 3 && found;
    });
    const answers = await Promise.all(mails.map(async (mail) => {
      const browser = newBrowser();
      return browser.submit(await browser.get(linkIn(mail)), { password });
    }));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
    expect(await users(email)).toHaveLength(1);
  });

  verifies('I7', 'a link works for a day, is kept as a hash, and what it carries is sealed', async () => {
    const email = newAddress();
    await signUp(newBrowser(), email);
    const link = linkIn(await mailTo(accounts.issuer, email, /Confirm/));
    const token = link.split('/').at(-1)!;
    const hash = createHash('sha256').update(token).digest();
    const [row] = await accounts.dataSource.query<{ sealed: Buffer; hours: number }[]>(
      'SELECT sealed, round(extract(epoch FROM expires_at - created_at) / 3600)::integer AS hours FROM account_links WHERE token_hash = $1', [hash]);
    expect(row!.hours).toBe(24);
    expect(row!.sealed.includes(email) || row!.sealed.includes('argon2')).toBe(false);
    await accounts.dataSource.query('UPDATE account_links SET expires_at = clock_timestamp() WHERE token_hash = $1', [hash]);
    const gone = await newBrowser().get(link);
    expect([gone.status, gone.text.includes('does not work any more')]).toEqual([404, true]);
    expect((await newBrowser().get(`${accounts.issuer}/account/sign-up/${'x'.repeat(43)}`)).status).toBe(404);
    // A link is good for what it was mailed for only.
    expect((await newBrowser().get(`${accounts.issuer}/account/reset-password/${token}`)).status).toBe(404);
  });

  it.each([
    ['a short password', { password: 'short' }, 'at least 8 characters'],
    ['a common password', { password: 'Password123' }, 'among the first that are guessed'],
    ['their address as a password', { email: 'margarethe@example.com', password: 'Margarethe-1' }, 'name or e-mail address'],
    ['no address', { email: 'nobody' }, 'not an e-mail address'],
    ['no name', { name: '  ' }, 'Enter a name'],
    ['a name with a line end in it', { name: 'a\u0007b' }, 'Enter a name'],
  ])('[I7] refuses %s in words, and sends nothing', async (_what, fields, words) => {
    const email = newAddress();
    const page = await signUp(newBrowser(), email, fields);
    expect(page.status).toBe(422);
    expect(page.text).toContain(words);
    expect(page.text).toContain('role="alert"');
    expect(page.text).not.toContain(`value="${password}"`);
    expect(await mailsTo(accounts.issuer, email)).toEqual([]);
  });

  verifies('I7', 'one address gets so much mail from us and no more, whoever asks', async () => {
    const email = newAddress();
    const statuses: number[] = [];
    for (let round = 0; round < 6; round += 1) statuses.push((await signUp(newBrowser(), email)).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
    const forms = newBrowser();
    expect((await forms.post(`${accounts.issuer}/account/sign-up`, { name: 'x', email, password })).status).toBe(403);
  });
});

describe('where nobody may sign up', () => {
  it.each([
    ['mail cannot be sent', {}, 'administrator'],
    ['it is switched off', { LATCHKEY_MAILBOX: 'true', LATCHKEY_SIGN_UP: 'off' }, 'administrator'],
  ])('[I7] because %s, the page says who makes accounts', async (_why, variables, words) => {
    const accounts = await startAccounts(variables);
    try {
      const browser = new FormBrowser(accounts.issuer);
      const page = await browser.get(`${accounts.issuer}/console/create-account`);
      expect([page.status, page.text.includes(words), page.text.includes('<form')]).toEqual([200, true, false]);
      const csrf = /name="_csrf" value="([^"]+)"/.exec((await browser.get(`${accounts.issuer}/console/sign-in`)).text)![1]!;
      expect((await browser.post(`${accounts.issuer}/account/sign-up`, { _csrf: csrf, name: 'x', email: 'x@example.com', password })).status).toBe(403);
    } finally {
      await accounts.close();
    }
  }, 60_000);
});

describe('where only who is invited may sign up', () => {
  let accounts: Accounts;
  beforeAll(async () => {
    accounts = await startAccounts({ LATCHKEY_MAILBOX: 'true', LATCHKEY_SIGN_UP: 'invited' });
  }, 60_000);
  afterAll(() => accounts.close());

  const signUp = async (email: string) => {
    const browser = new FormBrowser(accounts.issuer);
    return browser.submit(await browser.get(`${accounts.issuer}/account/sign-up`), { name: 'Pat', email, password });
  };
  const invite = async (email: string, expires = "now() + interval '1 day'") => accounts.dataSource.query(
    `INSERT INTO invitations (id, org, email, role, projects, token_hash, invited_by, expires_at)
     VALUES (gen_random_uuid(), 'acme', $1, 'member', '{}', $2, $3, ${expires})`,
    [email, createHash('sha256').update(email).digest(), await accounts.userId(admin.email)],
  );

  verifies('I7', 'nobody learns from the answer who is invited, and only they get the link', async () => {
    await invite('guest@example.com');
    await invite('late@example.com', "now() - interval '1 second'");
    const answers = [];
    for (const email of ['stranger@example.com', 'late@example.com', 'guest@example.com']) answers.push((await signUp(email)).text.replaceAll(email, 'X'));
    expect(answers[1]).toBe(answers[0]);
    expect(answers[2]).toBe(answers[0]);
    await mailTo(accounts.issuer, 'guest@example.com', /Confirm/);
    // They are answered in turn: when the last has its mail, the others have been looked at.
    for (const email of ['stranger@example.com', 'late@example.com']) expect(await mailsTo(accounts.issuer, email)).toEqual([]);
  });
});
