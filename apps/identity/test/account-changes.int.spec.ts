import type { MemberRecord } from '@latchkey/contracts';
import { eventually, verifies } from '@latchkey/testing';
import { operateUsers } from '../src/operate/users.ts';
import { allow, authorizeUrl, FormBrowser, registerClient, startAccounts, verifier, type Accounts } from './support/accounts.ts';
import { linkIn, mailsTo, mailTo } from './support/mailbox.ts';

const password = 'seven green bicycles';

describe('changes of an account', () => {
  let accounts: Accounts;
  let number = 0;

  beforeAll(async () => {
    accounts = await startAccounts({ LATCHKEY_MAILBOX: 'true' });
  }, 60_000);
  afterAll(() => accounts.close());

  const newAddress = () => `someone-${(number += 1)}@example.com`;
  const newUser = () => accounts.createUser(newAddress(), password);
  const page = (browser: FormBrowser, path: string) => browser.get(`${accounts.issuer}${path}`);
  const signIn = async (email: string, pass = password) => {
    const browser = new FormBrowser(accounts.issuer);
    const answer = await browser.submit(await page(browser, '/console/sign-in'), { email, password: pass });
    return { browser, status: answer.status };
  };
  const userRow = async (id: string) => (await accounts.dataSource.query<Record<string, unknown>[]>('SELECT email, name, email_verified, password_hash, disabled_at, deleted_at, epoch FROM users WHERE id = $1', [id]))[0]!;
  const userRecord = async (id: string) => (await accounts.outbox<{ disabled: boolean; epoch: number | null }>(`feed.identity.user.${id}`))!.record;
  const audited = async (id: string) => (await accounts.dataSource.query<{ action: string }[]>("SELECT action FROM audit_events WHERE event->'target'->>'id' = $1 ORDER BY at", [id])).map(({ action }) => action);

  async function connect(email: string) {
    const browser = new FormBrowser(accounts.issuer);
    const clientId = await registerClient(accounts.issuer);
    const consent = await browser.submit(await browser.get(authorizeUrl(accounts.issuer, { clientId, scope: 'openid' })), { email, password });
    const code = new URL((await browser.submit(consent, {}, allow)).url).searchParams.get('code')!;
    const token = (form: Record<string, string>) => fetch(`${accounts.issuer}/oauth/token`, { method: 'POST', body: new URLSearchParams({ client_id: clientId, ...form }) });
    const answer = (await (await token({ grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: 'https://app.example/callback' })).json()) as { refresh_token: string };
    let current = answer.refresh_token;
    return {
      async refresh() {
        const response = await token({ grant_type: 'refresh_token', refresh_token: current });
        if (response.status === 200) current = ((await response.json()) as { refresh_token: string }).refresh_token;
        return response.status;
      },
    };
  }

  async function changeTo(browser: FormBrowser, next: string, pass = password) {
    return browser.submit(await page(browser, '/console/email'), { next, password: pass });
  }

  verifies('I7', 'an address changes when the new one confirms, and the old one hears of it and can take the account back', async () => {
    const { id, email } = await newUser();
    const next = newAddress();
    const { browser } = await signIn(email);
    expect((await changeTo(browser, next, 'not the password')).status).toBe(422);
    expect((await changeTo(browser, 'nobody')).status).toBe(422);
    const sent = await changeTo(browser, next);
    expect([sent.status, sent.text.includes('Look into your mail')]).toEqual([200, true]);
    const link = linkIn(await mailTo(accounts.issuer, next, /Confirm your new/));
    expect((await userRow(id)).email).toBe(email);
    const confirmed = await browser.submit(await browser.get(link), {});
    expect([confirmed.status, confirmed.text.includes('Address changed')]).toEqual([200, true]);
    expect(await userRow(id)).toMatchObject({ email: next, email_verified: true });
    expect((await signIn(email)).status).toBe(422);
    expect((await signIn(next)).status).toBe(200);

    const program = await connect(next);
    const undo = linkIn(await mailTo(accounts.issuer, email, /was changed/));
    const rightful = new FormBrowser(accounts.issuer);
    const undone = await rightful.submit(await rightful.get(undo), {});
    expect([undone.status, undone.text.includes('yours again')]).toEqual([200, true]);
    expect(await userRow(id)).toMatchObject({ email, password_hash: null });
    expect((await userRecord(id)).epoch).toEqual(expect.any(Number));
    expect(await program.refresh()).toBe(400);
    expect((await signIn(email)).status).toBe(422);
    expect(new URL((await page(browser, '/console')).url).pathname).toBe('/console/sign-in');
    const reset = linkIn(await mailTo(accounts.issuer, email, /Choose a new password/));
    await rightful.submit(await rightful.get(reset), { password: 'nine yellow scooters' });
    expect((await signIn(email, 'nine yellow scooters')).status).toBe(200);
    expect((await rightful.get(undo)).status).toBe(404);
    expect(await audited(id)).toEqual(expect.arrayContaining(['email_change.requested', 'email.changed', 'email.change_undone', 'password.reset']));
  });

  verifies('I7', 'whoever moved an account twice cannot keep its holder out by going back once', async () => {
    const { id, email } = await newUser();
    const [second, third] = [newAddress(), newAddress()];
    const { browser } = await signIn(email);
    for (const next of [second, third]) {
      await changeTo(browser, next);
      await browser.submit(await browser.get(linkIn(await mailTo(accounts.issuer, next, /Confirm your new/))), {});
    }
    const refused = await browser.submit(await page(browser, '/console/delete-account'), { password });
    expect([refused.status, refused.text.includes('less than a week ago'), (await userRow(id)).deleted_at]).toEqual([409, true, null]);
    const [theirs, mine] = [linkIn(await mailTo(accounts.issuer, second, /was changed/)), linkIn(await mailTo(accounts.issuer, email, /was changed/))];
    expect((await browser.submit(await browser.get(theirs), {})).status).toBe(200);
    expect((await userRow(id)).email).toBe(second);
    const reset = linkIn(await mailTo(accounts.issuer, second, /Choose a new password/));
    await browser.submit(await browser.get(reset), { password: 'a password of the intruder' });
    const rightful = new FormBrowser(accounts.issuer);
    expect((await rightful.submit(await rightful.get(mine), {})).status).toBe(200);
    expect(await userRow(id)).toMatchObject({ email, password_hash: null });
    expect((await signIn(second, 'a password of the intruder')).status).toBe(422);
  });

  verifies('I7', 'who only reads the mail of the new address does not move an account there; its holder does, from any browser', async () => {
    const { id, email } = await newUser();
    const next = newAddress();
    await changeTo((await signIn(email)).browser, next);
    const link = linkIn(await mailTo(accounts.issuer, next, /Confirm your new/));
    const other = await newUser();
    for (const browser of [new FormBrowser(accounts.issuer), (await signIn(other.email)).browser]) {
      const form = await browser.get(link);
      expect(form.text).toContain('type="password"');
      expect((await browser.submit(form, { password: 'a guess' })).status).toBe(422);
    }
    expect((await userRow(id)).email).toBe(email);
    const anywhere = new FormBrowser(accounts.issuer);
    expect((await anywhere.submit(await anywhere.get(link), { password })).status).toBe(200);
    expect((await userRow(id)).email).toBe(next);
  });

  verifies('I7', 'the answer is the same for an address that has an account, which alone is told', async () => {
    const [one, other] = [await newUser(), await newUser()];
    const { browser } = await signIn(one.email);
    const free = newAddress();
    const answers = [await changeTo(browser, other.email), await changeTo(browser, free)];
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(answers[0]!.text.replaceAll(other.email, 'X')).toBe(answers[1]!.text.replaceAll(free, 'X'));
    await mailTo(accounts.issuer, other.email, /has a Latchkey account/);
    expect((await mailsTo(accounts.issuer, other.email)).some(({ subject }) => /Confirm/.test(subject))).toBe(false);
    expect((await userRow(one.id)).email).toBe(one.email);
  });

  verifies('I7', 'ten confirmations at once change it once, and two accounts never end up with one address', async () => {
    const people = await Promise.all(Array.from({ length: 10 }, newUser));
    const target = newAddress();
    const links = [];
    for (const { email } of people) {
      await accounts.dataSource.query('DELETE FROM mails');
      const { browser } = await signIn(email);
      const own = newAddress();
      await changeTo(browser, own);
      links.push({ browser, own, link: linkIn(await mailTo(accounts.issuer, own, /Confirm your new/)) });
    }
    const statuses = await Promise.all(links.map(async ({ browser, link }) => {
      const form = await browser.get(link);
      const answers = await Promise.all(Array.from({ length: 10 }, () => browser.submit(form, {})));
      return answers.map(({ status }) => status).sort();
    }));
    for (const answers of statuses) expect(answers).toEqual([200, ...Array.from({ length: 9 }, () => 404)]);

    const [a, b] = [await newUser(), await newUser()];
    const rivals = [];
    for (const { email } of [a, b]) {
      await accounts.dataSource.query('DELETE FROM mails');
      const { browser } = await signIn(email);
      await changeTo(browser, target);
      rivals.push({ browser, form: await browser.get(linkIn(await mailTo(accounts.issuer, target, /Confirm your new/))) });
    }
    const outcomes = await Promise.all(rivals.map(({ browser, form }) => browser.submit(form, {})));
    expect(outcomes.map(({ status }) => status).sort()).toEqual([200, 409]);
  }, 120_000);

  verifies(['I7', 'AS-55'], 'an account is taken back once by ten who follow one link at the same moment (10 times)', async () => {
    for (let round = 0; round < 10; round += 1) {
      await accounts.dataSource.query('DELETE FROM mails');
      const { id, email } = await newUser();
      const next = newAddress();
      const { browser } = await signIn(email);
      await changeTo(browser, next);
      await browser.submit(await browser.get(linkIn(await mailTo(accounts.issuer, next, /Confirm your new/))), {});
      const undo = linkIn(await mailTo(accounts.issuer, email, /was changed/));
      const rightful = new FormBrowser(accounts.issuer);
      const form = await rightful.get(undo);
      const answers = await Promise.all(Array.from({ length: 10 }, () => rightful.submit(form, {})));
      expect([round, ...answers.map(({ status }) => status).sort()]).toEqual([round, 200, ...Array.from({ length: 9 }, () => 404)]);
      expect(await userRow(id)).toMatchObject({ email, password_hash: null });
      expect((await audited(id)).filter((action) => action === 'email.change_undone')).toHaveLength(1);
    }
  }, 120_000);

  verifies('I7', 'a person deletes their account: all of it ends, what is personal is erased, and the log still knows the id', async () => {
    const { id, email } = await newUser();
    await accounts.createOrg('alone', id, 'Alone');
    await accounts.createProject('alone', 'prod');
    await accounts.identity.seed.server({ org: 'alone', project: 'prod', slug: 'alone-server', name: 'Alone', url: 'http://127.0.0.1:1/mcp' });
    await accounts.dataSource.query("INSERT INTO domains (org, domain, challenge, verified_at) VALUES ('alone', 'alone-owned.example', 'c', now())");
    await accounts.addMember({ userId: id, org: 'acme', role: 'member', projects: { prod: 'viewer' } });
    const program = await connect(email);
    const { browser } = await signIn(email);
    expect(await program.refresh()).toBe(200);
    const form = await page(browser, '/console/delete-account');
    expect((await browser.post(`${accounts.issuer}/console/delete-account`, { password })).status).toBe(403);
    expect((await browser.submit(form, { password: 'not it' })).status).toBe(422);
    const done = await browser.submit(form, { password });
    expect([done.status, done.text.includes('is deleted')]).toEqual([200, true]);

    expect(await userRow(id)).toMatchObject({ email: `deleted-${id}@deleted.invalid`, name: 'Deleted account', password_hash: null, disabled_at: expect.any(Date), deleted_at: expect.any(Date) });
    expect(await userRecord(id)).toMatchObject({ disabled: true, epoch: expect.any(Number) });
    expect((await accounts.outbox<MemberRecord>(`feed.identity.member.${id}`))!.record.memberships).toEqual([]);
    expect((await accounts.outbox<{ disabled: boolean }>('feed.identity.org.alone'))!.record.disabled).toBe(true);
    // As where an organization is deleted by itself: others may prove its domains, and no gateway routes to its servers.
    expect(await accounts.dataSource.query("SELECT 1 FROM domains WHERE org = 'alone'")).toEqual([]);
    expect(await accounts.dataSource.query("SELECT 1 FROM outbox WHERE record->>'slug' = 'alone-server' AND record->>'deletedAt' IS NULL")).toEqual([]);
    expect(await accounts.dataSource.query("SELECT 1 FROM outbox WHERE record->>'slug' = 'alone-server'")).toHaveLength(1);
    expect((await accounts.outbox<{ disabled: boolean }>('feed.identity.org.acme'))?.record.disabled ?? false).toBe(false);
    expect(await program.refresh()).toBe(400);
    expect((await signIn(email)).status).toBe(422);
    expect(new URL((await page(browser, '/console')).url).pathname).toBe('/console/sign-in');
    expect(await audited(id)).toContain('user.deleted');
    await mailTo(accounts.issuer, email, /was deleted/);
    const traces = await accounts.dataSource.query<unknown[]>('SELECT 1 FROM users WHERE email = $1 UNION ALL SELECT 1 FROM audit_events WHERE event::text LIKE $2', [email, `%${email}%`]);
    expect(traces).toEqual([]);
    const tables = await accounts.dataSource.query<{ name: string }[]>("SELECT table_name AS name FROM information_schema.columns WHERE table_schema = 'identity' AND column_name = 'user_id' ORDER BY 1");
    const left = [];
    for (const { name } of tables) if ((await accounts.dataSource.query<unknown[]>(`SELECT 1 FROM ${name} WHERE user_id = $1`, [id])).length > 0) left.push(name);
    // What these keep is who was where, by id, so that an epoch outlives it; a table that is new has to be thought of in the deletion.
    expect(left).toEqual(['authorizations', 'members']);
    // The address is free again, for a new account that has nothing of the old one.
    expect((await accounts.createUser(email, password)).id).not.toBe(id);
    await expect(operateUsers(['enable', id], { DATABASE_URL: accounts.env.DATABASE_URL })).rejects.toMatchObject({ code: 'not_found' });
  });

  verifies('I7', 'a deletion waits for who changes one of several memberships, and neither fails', async () => {
    const { id, email } = await newUser();
    for (const org of ['first-of-two', 'last-of-two']) await accounts.createOrg(org, id);
    const { browser } = await signIn(email);
    const form = await page(browser, '/console/delete-account');
    const other = accounts.dataSource.createQueryRunner();
    await other.startTransaction();
    try {
      await other.query("SELECT 1 FROM organizations WHERE slug = 'last-of-two' FOR NO KEY UPDATE");
      const deletion = browser.submit(form, { password });
      await eventually(async () => expect(await accounts.dataSource.query("SELECT 1 FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid()")).not.toEqual([]));
      await other.query('SELECT 1 FROM users WHERE id = $1 FOR NO KEY UPDATE', [id]);
      await other.commitTransaction();
      expect((await deletion).status).toBe(200);
    } finally {
      await other.release();
    }
  });

  verifies('I7', 'the only owner among others hands over first, also when both would go at once', async () => {
    const [one, two] = [await newUser(), await newUser()];
    await accounts.createOrg('handed', one.id);
    await accounts.addMember({ userId: two.id, org: 'handed', role: 'member' });
    const { browser } = await signIn(one.email);
    const refused = await browser.submit(await page(browser, '/console/delete-account'), { password });
    expect([refused.status, refused.text.includes('only owner of handed')]).toEqual([409, true]);
    expect(await userRow(one.id)).toMatchObject({ email: one.email, disabled_at: null });
    expect((await accounts.outbox<MemberRecord>(`feed.identity.member.${one.id}`))!.record.memberships).toHaveLength(1);

    await accounts.addMember({ userId: two.id, org: 'handed', role: 'owner' });
    const third = await newUser();
    await accounts.addMember({ userId: third.id, org: 'handed', role: 'member' });
    const other = (await signIn(two.email)).browser;
    const forms = [{ browser, form: await page(browser, '/console/delete-account') }, { browser: other, form: await page(other, '/console/delete-account') }];
    const answers = await Promise.all(forms.map(({ browser: from, form }) => from.submit(form, { password })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  verifies('AS-63', 'an operator disables an account: nobody signs in, everything it had is dead for good, and the gateways hear of it', async () => {
    const { id, email } = await newUser();
    const env = { DATABASE_URL: accounts.env.DATABASE_URL };
    const program = await connect(email);
    const { browser } = await signIn(email);
    expect(await operateUsers(['show', email], env)).toBe(`${id}  ${email}  enabled\n`);
    expect(await operateUsers(['disable', email.toUpperCase()], env)).toBe(`${id}  ${email}  disabled\n`);
    await operateUsers(['disable', id], env);
    expect(await userRecord(id)).toMatchObject({ disabled: true, epoch: expect.any(Number) });
    // The running service carries it to the feed.
    await eventually(async () => expect((await accounts.dataSource.query<{ published: boolean }[]>('SELECT published FROM outbox WHERE subject = $1', [`feed.identity.user.${id}`]))[0]!.published).toBe(true));
    expect(await program.refresh()).toBe(400);
    expect((await signIn(email)).status).toBe(422);
    expect(new URL((await page(browser, '/console')).url).pathname).toBe('/console/sign-in');

    expect(await operateUsers(['enable', id], env)).toBe(`${id}  ${email}  enabled\n`);
    expect(await userRecord(id)).toMatchObject({ disabled: false, epoch: expect.any(Number) });
    expect(await program.refresh()).toBe(400);
    expect((await signIn(email)).status).toBe(200);
    expect((await audited(id)).filter((action) => /abled/.test(action))).toEqual(['user.disabled', 'user.enabled']);
    await expect(operateUsers(['disable', 'nobody@example.com'], env)).rejects.toMatchObject({ code: 'not_found' });
    for (const args of [[], ['delete', id], ['disable'], ['show', id, 'x']]) await expect(operateUsers(args, env)).rejects.toMatchObject({ code: 'invalid_request' });
    await expect(operateUsers(['show', id], {})).rejects.toThrow(/DATABASE_URL/);
  });
});
