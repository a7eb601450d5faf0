import { verifies } from '@latchkey/testing';
import { CheckSecondFactor } from '../src/second-factor/check-second-factor.ts';
import { authorizeUrl, FormBrowser, registerClient, startAccounts, type Accounts, type Page } from './support/accounts.ts';
import { enrol, recoveryCodesOn, scan, type Authenticator } from './support/authenticator.ts';

describe('the second factor', () => {
  let accounts: Accounts;
  let clientId: string;

  beforeAll(async () => {
    accounts = await startAccounts();
    clientId = await registerClient(accounts.issuer);
  }, 60_000);
  afterAll(() => accounts.close());

  const password = 'a password of somebody';
  const pathOf = (page: Page): string => new URL(page.url).pathname;

  /** A fresh account that is signed in to the console. */
  async function somebody(email: string): Promise<{ id: string; browser: FormBrowser }> {
    const { id } = await accounts.createUser(email, password);
    const browser = new FormBrowser(accounts.issuer);
    await browser.submit(await browser.get(`${accounts.issuer}/console/sign-in`), { email, password });
    return { id, browser };
  }

  async function atCode(email: string): Promise<{ browser: FormBrowser; page: Page }> {
    const browser = new FormBrowser(accounts.issuer);
    const page = await browser.submit(await browser.get(`${accounts.issuer}/console/sign-in`), { email, password });
    expect(pathOf(page)).toBe('/sign-in/second-factor');
    return { browser, page };
  }

  async function enrolled(email: string): Promise<{ id: string; browser: FormBrowser; app: Authenticator; recoveryCodes: string[]; page: Page }> {
    const { id, browser } = await somebody(email);
    return { id, browser, ...(await enrol(browser, accounts)) };
  }

  verifies('I14', 'an app is bound by its first code, and its secret and the recovery codes are kept unreadable', async () => {
    const { browser, id } = await somebody('ann@example.com');
    const offer = await browser.get(`${accounts.issuer}/console/second-factor`);
    const app = scan(offer);
    expect((await browser.submit(offer, { code: '000000' })).status).toBe(422);
    // A page of somebody else's making, with a secret that they know, is not confirmed by this person.
    const other = await somebody('other@example.com');
    const foreign = await other.browser.get(`${accounts.issuer}/console/second-factor`);
    const foreignOffer = /name="offer" value="([^"]+)"/.exec(foreign.text)![1]!;
    expect((await browser.submit(offer, { offer: foreignOffer, code: scan(foreign).code() })).status).toBe(422);
    const page = await browser.submit(offer, { code: app.code() });
    expect([page.status, recoveryCodesOn(page).length]).toEqual([200, 10]);
    const [row] = await accounts.dataSource.query<{ text: string }[]>("SELECT (f.*)::text || coalesce((SELECT string_agg((c.*)::text, '') FROM recovery_codes c), '') AS text FROM second_factors f WHERE user_id = $1", [id]);
    for (const secret of [app.secret, ...recoveryCodesOn(page)]) expect(row!.text).not.toContain(secret);
    const mails = await accounts.dataSource.query<unknown[]>('SELECT 1 FROM mails');
    expect(mails.length).toBeGreaterThan(0);
    const audited = await accounts.dataSource.query<{ event: object }[]>("SELECT event FROM audit_events WHERE action = 'second_factor.enrolled'");
    expect(JSON.stringify(audited)).not.toContain(app.secret);
  });

  verifies('I14', 'a password alone no longer signs in, to the console or to a program', async () => {
    const { app } = await enrolled('ben@example.com');
    const { browser, page } = await atCode('ben@example.com');
    expect(browser.cookies.has('lk_console|/')).toBe(false);
    // Nor is the browser known for the account yet: a password may be known to others.
    expect(browser.cookies.has('lk_device|/')).toBe(false);
    expect(pathOf(await browser.get(`${accounts.issuer}/console`))).toBe('/console/sign-in');
    expect(pathOf(await browser.get(`${accounts.issuer}/console/continue`))).toBe('/console/sign-in');
    expect(pathOf(await browser.submit(page, { code: app.code() }))).toBe('/console');
    expect(browser.cookies.has('lk_device|/')).toBe(true);
    const behind = await atCode('ben@example.com');
    expect((await behind.browser.submit(behind.page, { code: app.code(-1) })).status).toBe(422);

    const program = new FormBrowser(accounts.issuer);
    const start = await program.get(authorizeUrl(accounts.issuer, { clientId, scope: 'openid' }));
    const asked = await program.submit(start, { email: 'ben@example.com', password });
    expect([pathOf(asked), program.cookies.has('lk_device|/')]).toEqual(['/sign-in/second-factor', false]);
    expect((await program.get(`${start.url}/continue`)).text).toContain('>Sign in</button>');
    expect((await program.post(`${accounts.issuer}/sign-in/second-factor`, { code: app.code(1) })).status).toBe(403);
    expect((await program.submit(asked, { code: app.code(1) })).text).toContain('Test client');
  });

  verifies('I14', 'a code is good once, for one of ten who show it at the same moment', async () => {
    const { app } = await enrolled('cat@example.com');
    const waiting = await Promise.all(Array.from({ length: 10 }, () => atCode('cat@example.com')));
    const code = app.code();
    const answers = await Promise.all(waiting.map(({ browser, page }) => browser.submit(page, { code })));
    expect(answers.map((answer) => pathOf(answer)).filter((path) => path === '/console')).toHaveLength(1);
    const late = await atCode('cat@example.com');
    const reused = await late.browser.submit(late.page, { code });
    expect([reused.status, reused.text.includes('was used before')]).toEqual([422, true]);
  });

  verifies('I14', 'each recovery code signs in once, whoever races for it', async () => {
    const { id, recoveryCodes } = await enrolled('dan@example.com');
    const waiting = await Promise.all(Array.from({ length: 10 }, () => atCode('dan@example.com')));
    const code = recoveryCodes[3]!.toLowerCase().replaceAll('-', ' ');
    const answers = await Promise.all(waiting.map(({ browser, page }) => browser.submit(page, { code })));
    expect(answers.map((answer) => pathOf(answer)).filter((path) => path === '/console')).toHaveLength(1);
    expect(await accounts.dataSource.query('SELECT 1 FROM recovery_codes WHERE user_id = $1', [id])).toHaveLength(9);
    expect(await accounts.dataSource.query("SELECT 1 FROM audit_events WHERE action = 'recovery_code.used'")).toHaveLength(1);
  });

  verifies(['AS-55', 'I14'], 'of ten who show one code at the same moment one is let in, of an app and of the paper alike (10 times)', async () => {
    const check = accounts.identity.app.get(CheckSecondFactor);
    const ten = async (userId: string, code: string) => {
      const answers = await Promise.all(Array.from({ length: 10 }, (_, at) => check.run({ userId, code, address: `192.0.2.${at}` })));
      return answers.map(({ outcome }) => outcome).sort();
    };
    const once = ['right', ...Array.from({ length: 9 }, () => 'wrong')];
    for (let round = 0; round < 10; round += 1) {
      // An account for each, as nine wrong ones are nearly all that an account has.
      const [one, other] = [await enrolled(`race-app-${round}@example.com`), await enrolled(`race-paper-${round}@example.com`)];
      expect([round, await ten(one.id, one.app.code(1)), await ten(other.id, other.recoveryCodes[round]!)]).toEqual([round, once, once]);
    }
  }, 120_000);

  verifies(['I14', 'I17'], 'a code whose use cannot be written down was not used', async () => {
    const { id, app } = await enrolled('unwritten@example.com');
    const check = () => accounts.identity.app.get(CheckSecondFactor).run({ userId: id, code: app.code(1), address: '192.0.2.99' });
    await accounts.dataSource.query("ALTER TABLE audit_events ADD CONSTRAINT nothing_verified CHECK (action <> 'second_factor.verified') NOT VALID");
    try {
      await expect(check()).rejects.toThrow('nothing_verified');
    } finally {
      await accounts.dataSource.query('ALTER TABLE audit_events DROP CONSTRAINT nothing_verified');
    }
    expect(await check()).toEqual({ outcome: 'right' });
  });

  verifies('I14', 'guessing ends in 429, and the right code does not help then', async () => {
    const { app } = await enrolled('eve@example.com');
    const { browser, page } = await atCode('eve@example.com');
    const wrong = String((Number(app.code()) + 1) % 1_000_000).padStart(6, '0');
    const answers = await Promise.all(Array.from({ length: 12 }, () => browser.submit(page, { code: wrong })));
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(2);
    const right = await browser.submit(page, { code: app.code() });
    expect([right.status, Number(right.headers.get('retry-after')) > 0]).toEqual([429, true]);
  });

  verifies('I14', 'it goes, and its recovery codes are renewed, only for a code', async () => {
    const { browser, app, recoveryCodes } = await enrolled('fay@example.com');
    const manage = await browser.get(`${accounts.issuer}/console/second-factor`);
    expect(manage.text).toContain('10 are left');
    const change = (page: Page, code: string, what: string) => browser.submit(page, { code }, { name: 'change', value: what });
    expect((await change(manage, '123', 'remove')).status).toBe(422);
    const renewed = await change(manage, recoveryCodes[0]!, 'recovery-codes');
    expect(recoveryCodesOn(renewed)).toHaveLength(10);
    expect((await change(manage, recoveryCodes[1]!, 'remove')).status).toBe(422);
    expect(pathOf(await change(manage, app.code(), 'remove'))).toBe('/console/sign-in-methods');
    const after = new FormBrowser(accounts.issuer);
    expect(pathOf(await after.submit(await after.get(`${accounts.issuer}/console/sign-in`), { email: 'fay@example.com', password }))).toBe('/console');
  });

  it('is not to be changed from a browser that was left open', async () => {
    const { browser, id } = await enrolled('gus@example.com');
    await accounts.dataSource.query("UPDATE console_sessions SET signed_in_at = now() - interval '16 minutes' WHERE user_id = $1", [id]);
    const page = await browser.get(`${accounts.issuer}/console/second-factor`);
    expect([page.status, page.text.includes('Sign in again first')]).toEqual([403, true]);
  });

  it('is shown to nobody who is not signed in', async () => {
    const stranger = new FormBrowser(accounts.issuer);
    expect(pathOf(await stranger.get(`${accounts.issuer}/console/second-factor`))).toBe('/console/sign-in');
    expect((await stranger.get(`${accounts.issuer}/sign-in/second-factor`)).status).toBe(400);
    expect((await stranger.get(`${accounts.issuer}/sign-in/enrol`)).status).toBe(400);
  });
});
