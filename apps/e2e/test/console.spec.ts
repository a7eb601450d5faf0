import { eventually, launchChromium, verifies } from '@latchkey/testing';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { obtainToken } from '../src/clients/obtain-token.ts';
import { rawMcp } from '../src/clients/raw-mcp.ts';
import { startStandalone, type Standalone } from '../src/harness/standalone.ts';
import { signIn } from '../src/journeys/console/at-the-console.ts';
import { tryList, tryMenuOnPhone, trySecret, tryWay } from '../src/journeys/console/dialogs.ts';
import { entrances } from '../src/journeys/console/entrance.ts';
import { expectFirstRun } from '../src/journeys/console/first-run.ts';
import { broughtBy, inWords, openFirstScreen } from '../src/journeys/console/first-screen.ts';
import { evil } from '../src/journeys/console/hostile-names.ts';
import { startHostileUpstream, type HostileUpstream } from '../src/journeys/console/hostile-upstream.ts';
import { nameEverything, type Named } from '../src/journeys/console/name-everything.ts';
import { expectOrganization } from '../src/journeys/console/organizations.ts';
import { expectPerson } from '../src/journeys/console/people.ts';
import { expectPrograms } from '../src/journeys/console/programs.ts';
import { expectReceiver, expectSender } from '../src/journeys/console/senders.ts';
import { screensOf, settled } from '../src/journeys/console/screens.ts';
import { shiftsIn, watchShifts } from '../src/journeys/console/shifts.ts';
import { look, type Findings } from '../src/journeys/console/walk.ts';
import { expectPatWorks, expectRefused } from '../src/journeys/pat-journey.ts';

describe('the console', () => {
  let system: Standalone;
  let browser: Browser;
  let page: Page;
  /** What the browser held against a page: refused by its content security policy, or thrown in a script. */
  const complaints: string[] = [];
  const slug = () => system.demo.slice(system.demo.lastIndexOf('/') + 1);
  /** What a name has made the browser say. */
  const fired: string[] = [];
  const opener = (at: Page) => (path = '') => at.goto(`${system.issuer}/console/orgs/${system.org}/${path}`);
  const open = (path = '') => opener(page)(path);

  /** A page of a browser of its own, whose every complaint is heard. Nothing has to be waited for that only moves. */
  async function newPage(options: Parameters<Browser['newContext']>[0] = {}): Promise<Page> {
    const context: BrowserContext = await browser.newContext({ reducedMotion: 'reduce', colorScheme: 'light', ...options });
    const opened = await context.newPage();
    opened.on('console', (message) => {
      // That the API refuses something is what some journeys are about.
      if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) complaints.push(message.text());
    });
    // What a page is made of has to be there.
    opened.on('response', (response) => {
      const kind = response.request().resourceType();
      if (response.status() >= 400 && !['document', 'fetch', 'xhr'].includes(kind)) complaints.push(`${response.status()} for the ${kind} ${response.url()}`);
    });
    await opened.addInitScript(watchShifts);
    opened.on('pageerror', (error) => complaints.push(String(error)));
    opened.on('dialog', (dialog) => {
      if (dialog.type() !== 'beforeunload') fired.push(dialog.message());
      void dialog.accept();
    });
    return opened;
  }

  beforeAll(async () => {
    system = await startStandalone('console', { LATCHKEY_MAILBOX: 'true' });
    browser = await launchChromium();
    page = await newPage();
    await signIn(page, system, system.admin);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await system?.stop();
  }, 30_000);

  async function createKey(name: string): Promise<{ id: string; token: string }> {
    await open('keys?new=1');
    const dialog = page.getByRole('dialog', { name: 'Create a key' });
    await dialog.getByLabel('Name').fill(name);
    await dialog.getByRole('button', { name: 'Create key' }).click();
    const token = await page.getByTestId('secret').innerText();
    system.secrets.add(`key ${name}`, token);
    return { token, id: token.slice('lk_pat_'.length, 'lk_pat_'.length + 8) };
  }

  async function keep(): Promise<void> {
    await page.getByRole('button', { name: 'Copy the secret' }).click();
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByTestId('secret').waitFor({ state: 'detached' });
  }

  verifies(['O1', 'K1'], 'a person without any tool but a browser registers a server, makes a key, uses it, finds the call, revokes the key, and is told why it is refused', async () => {
    const newcomer = await newPage();
    await expectFirstRun({ page: newcomer, system, open: opener(newcomer) });
    await newcomer.context().close();
    // The one answer that was lost on purpose.
    const lost = complaints.findIndex((text) => text.includes('ERR_CONNECTION_RESET'));
    expect(lost).toBeGreaterThanOrEqual(0);
    complaints.splice(lost, 1);
  }, 120_000);

  verifies('O1', 'the first screen is small; all that it shows is brought along or asked for by its page, before a script has run and once', async () => {
    // Also where a sign-in leads to.
    for (const path of [`/console/orgs/${system.org}`, '/console']) {
      const cold = await newPage({ storageState: await page.context().storageState() });
      const screen = await openFirstScreen(cold, `${system.issuer}${path}`);
      process.stdout.write(`${inWords(screen)}\n`);
      expect(screen.script).toBeGreaterThan(50_000);
      expect(screen.script).toBeLessThan(300_000);
      expect(screen.named.filter((named) => named.startsWith('/console/api/'))).toEqual(['/console/api/me']);
      expect(screen.brought).toEqual(['/v1/servers', '/v1/pats', '/v1/pats', '/v1/pats/usage', '/v1/audit', '/v1/freshness']);
      expect(screen.page).not.toMatch(/eyJ[\w-]+\.eyJ|<script(?![^>]* src=)/);
      // Read once, and left nowhere.
      expect(await cold.locator('template').count()).toBe(0);
      expect(screen.asked).toEqual(screen.named);
      expect(screen.elements).toBeLessThan(300);
      expect([screen.closed, screen.workedOut < 5_000]).toEqual([0, true]);
      await cold.context().close();
    }
    // Other screens, and other organizations, bring nothing.
    for (const path of [`${system.org}/keys`, 'nowhere']) {
      const other = await page.request.get(`${system.issuer}/console/orgs/${path}`);
      expect([other.status(), broughtBy(await other.text())]).toEqual([200, []]);
    }
  }, 60_000);

  verifies('I9', 'the answer with a new key is stored nowhere, and no token of the management API reaches the browser', async () => {
    const answered = page.waitForResponse((response) => response.request().method() === 'POST' && response.url().endsWith('/console/api/v1/pats'));
    const key = await createKey('one more');
    const response = await answered;
    expect(response.headers()['cache-control']).toContain('no-store');
    expect(await response.text()).not.toMatch(/eyJ[\w-]+\.eyJ/);
    expect((await page.context().cookies()).every(({ value, httpOnly }) => httpOnly && !value.startsWith('eyJ'))).toBe(true);
    await keep();
    const kept = await page.evaluate<string>("JSON.stringify([localStorage, sessionStorage, document.documentElement.outerHTML])");
    expect(kept).not.toContain(key.token.slice(16));
  }, 60_000);

  verifies('O1', 'a secret that is shown once is usable for everybody, and does not go by one key', async () => {
    await createKey('shown once');
    expect(await trySecret(page)).toEqual([]);
  }, 60_000);

  verifies('K2', 'what cannot be made is refused in words, where the form stands', async () => {
    await open('keys?new=1');
    const dialog = page.getByRole('dialog', { name: 'Create a key' });
    await dialog.getByLabel('Name').fill('   ');
    await dialog.getByRole('button', { name: 'Create key' }).click();
    await dialog.getByText('Give it a name').waitFor();
    expect(await dialog.getByLabel('Name').getAttribute('aria-invalid')).toBe('true');
  }, 60_000);

  it('a client is registered, connected by a real flow, seen, disconnected, and refused', () => expectPrograms({ system, page, open }), 60_000);
  it('a sender is let in, a wrong signature is seen to be refused, and a delivery is called again', () => expectSender({ system, page, open }), 90_000);
  it('a receiver is told, and told again', () => expectReceiver({ system, page, open }), 90_000);
  it('somebody is invited, joins, gets another role and sees more, and is removed', () => expectPerson({ system, page, open }), 90_000);

  describe('with a server that means no good', () => {
    let upstream: HostileUpstream;
    beforeAll(async () => {
      upstream = await startHostileUpstream();
    });
    afterAll(() => upstream?.close());

    it('an organization is founded, renamed, divided, told whom to believe, and deleted', () => expectOrganization({ page, system, open }, upstream), 180_000);

    describe('whatever things are called', () => {
      let named: Named;
      beforeAll(async () => {
        named = await nameEverything({ page, system, open }, upstream);
      }, 120_000);

      verifies('O1', 'every screen and all that opens on it shows names as text, keeps nobody out by day or night, fits a phone, and moves nothing under the eye', async () => {
        const found: Record<string, Findings> = {};
        const screens = screensOf(named).values();
        const walk = async (at: Page) => {
          for (const screen of screens) {
            await opener(at)(screen.path);
            await settled(at, screen);
            const moved = await shiftsIn(at);
            const findings = await look(at, { ...screen, name: `console/${screen.name}`, marked: true, judged: true });
            if (moved.length > 0) findings['moved'] = moved;
            await screen.before?.(at);
            for (const way of screen.opens ?? []) {
              const inside = await (way.list === true ? tryList : tryWay)(at, way).catch((error: unknown) => [String(error).slice(0, 300)]);
              if (inside.length > 0) findings[`when open: ${way.press}`] = inside;
            }
            if (Object.keys(findings).length > 0) found[screen.name] = findings;
          }
        };
        // Nothing here changes what another screen shows: two browsers go on from one list.
        const companion = await newPage({ storageState: await page.context().storageState() });
        await Promise.all([walk(page), walk(companion)]);
        await companion.context().close();
        const menu = await tryMenuOnPhone(page);
        if (menu.length > 0) found['menu'] = { 'on a phone': menu };
        expect([found, fired]).toEqual([{}, []]);
      }, 600_000);

      verifies('O1', 'the pages around it show what strangers call themselves as text, and fit a phone', async () => {
        const visitor = await newPage({ userAgent: evil('browser') });
        const found: Record<string, Findings> = {};
        for (const { name, open: come } of entrances(system, named.dynamicClient)) {
          await come(visitor);
          const findings = await look(visitor, { name: `entrance/${name}`, marked: false, judged: false });
          if (Object.keys(findings).length > 0) found[name] = findings;
        }
        expect([found, fired]).toEqual([{}, []]);
        await visitor.context().close();
      }, 120_000);
    });
  });

  verifies('AS-63', 'who has lost a laptop revokes everything: keys and connected programs are refused, and the account lives on', async () => {
    const key = await createKey('on the laptop');
    await keep();
    await expectPatWorks(system, slug(), key);
    const grant = await obtainToken({ issuer: system.issuer, resource: system.demo, scope: 'mcp:read mcp:execute', account: system.admin });
    expect((await rawMcp({ url: system.demo, token: grant.access })).status).toBe(200);

    await page.getByRole('button', { name: /^Account of/ }).click();
    await page.getByRole('menuitem', { name: 'Revoke everything' }).click();
    await page.getByRole('button', { name: 'Revoke everything' }).click();
    await page.getByRole('heading', { name: 'Everything is revoked' }).waitFor();
    await expectRefused(system, slug(), key.token, 'token_revoked');
    await expectRefused(system, slug(), grant.access, 'token_revoked');
    const refresh = new URLSearchParams({ grant_type: 'refresh_token', client_id: grant.clientId, refresh_token: grant.refresh ?? '' });
    expect((await fetch(`${system.issuer}/oauth/token`, { method: 'POST', body: refresh })).status).toBe(400);

    await page.goto(`${system.issuer}/console`);
    expect(new URL(page.url()).pathname).toBe('/console/sign-in');
    // Whatever is given in the same second as the epoch is dead too.
    await eventually(async () => {
      const again = await obtainToken({ issuer: system.issuer, resource: system.demo, scope: 'mcp:read mcp:execute', account: system.admin });
      expect((await rawMcp({ url: system.demo, token: again.access })).status).toBe(200);
    });
  }, 60_000);

  it('nothing on the way was refused by its own rules, and no log has any of it', () => {
    expect(complaints).toEqual([]);
    expect(system.secrets.findIn(system.logDirs)).toEqual([]);
  });
});
