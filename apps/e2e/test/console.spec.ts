import { eventually, launchChromium, seriousViolations, verifies } from '@latchkey/testing';
import type { Browser, Page } from 'playwright-core';
import { obtainToken } from '../src/clients/obtain-token.ts';
import { rawMcp } from '../src/clients/raw-mcp.ts';
import { startStandalone, type Standalone } from '../src/harness/standalone.ts';
import { expectPerson } from '../src/journeys/console/people.ts';
import { expectPrograms } from '../src/journeys/console/programs.ts';
import { expectReceiver, expectSender } from '../src/journeys/console/senders.ts';
import { expectPatWorks, expectRefused } from '../src/journeys/pat-journey.ts';

const hostile = '<img src=x onerror="document.title=1">\u202e';

describe('the console', () => {
  let system: Standalone;
  let browser: Browser;
  let page: Page;
  /** What the browser held against a page: refused by its content security policy, or thrown in a script. */
  const complaints: string[] = [];
  const slug = () => system.demo.slice(system.demo.lastIndexOf('/') + 1);
  const open = (path = '') => page.goto(`${system.issuer}/console/orgs/${system.org}/${path}`);

  async function signIn(): Promise<void> {
    await page.goto(`${system.issuer}/console`);
    await page.getByLabel('Email', { exact: true }).fill(system.admin.email);
    await page.getByLabel('Password', { exact: true }).fill(system.admin.password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('heading', { name: 'What to do next' }).waitFor();
  }

  beforeAll(async () => {
    system = await startStandalone('console', { LATCHKEY_MAILBOX: 'true' });
    browser = await launchChromium();
    // Nothing has to be waited for that only moves.
    page = await (await browser.newContext({ reducedMotion: 'reduce' })).newPage();
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    await signIn();
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

  verifies('K1', 'a person without any tool but a browser makes a key, sees it once, uses it, revokes it, and it is refused', async () => {
    const key = await createKey(hostile);
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByText('Leave without copying it?').waitFor();
    await page.getByRole('button', { name: 'Stay' }).click();
    await keep();
    await expectPatWorks(system, slug(), key);

    const row = page.getByRole('row').filter({ hasText: `lk_pat_${key.id}` });
    await row.waitFor();
    expect(await page.content()).not.toContain(key.token.slice(16));
    expect(await row.locator('img').count()).toBe(0);
    await row.getByRole('button', { name: /^What to do with/ }).click();
    await page.getByRole('menuitem', { name: 'Revoke' }).click();
    const asked = page.getByRole('dialog', { name: 'Revoke this key?' });
    expect(await asked.innerText()).toContain('by you');
    await asked.getByRole('button', { name: 'Revoke the key' }).click();
    await row.getByText('revoked').waitFor();
    await expectRefused(system, slug(), key.token, 'token_revoked');
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

  it.each(['grants', 'sessions', 'security'])('%s keeps nobody out, and fits a phone', async (path) => {
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize({ width: 360, height: 740 });
    await open(path);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.locator('[aria-busy="true"]').waitFor({ state: 'detached' });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
    expect(await seriousViolations(page)).toEqual([]);
    await page.setViewportSize({ width: 1280, height: 720 });
  }, 60_000);

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
