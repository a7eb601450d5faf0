import { eventually, launchChromium, verifies } from '@latchkey/testing';
import type { Browser, Page } from 'playwright-core';
import { obtainToken } from '../src/clients/obtain-token.ts';
import { rawMcp } from '../src/clients/raw-mcp.ts';
import { startStandalone, type Standalone } from '../src/harness/standalone.ts';
import { expectPatWorks, expectRefused } from '../src/journeys/pat-journey.ts';

describe('the console', () => {
  let system: Standalone;
  let browser: Browser;
  let page: Page;
  const slug = () => system.demo.slice(system.demo.lastIndexOf('/') + 1);

  beforeAll(async () => {
    system = await startStandalone('console');
    browser = await launchChromium();
    page = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
    await page.goto(`${system.issuer}/console`);
    await page.getByLabel('Email', { exact: true }).fill(system.admin.email);
    await page.getByLabel('Password', { exact: true }).fill(system.admin.password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await system?.stop();
  }, 30_000);

  async function createKey(name: string): Promise<{ id: string; token: string }> {
    await page.getByLabel('Name of a new key').fill(name);
    await page.getByRole('button', { name: 'Create key' }).click();
    const token = await page.locator('#token').innerText();
    system.secrets.add(`key ${name}`, token);
    return { token, id: token.slice('lk_pat_'.length, 'lk_pat_'.length + 8) };
  }

  verifies('K1', 'a person without any tool but a browser makes a key, sees it once, uses it, revokes it, and it is refused', async () => {
    const hostile = '<img src=x onerror=alert(1)>';
    const key = await createKey(hostile);
    expect(await page.locator('h1').innerText()).toContain(hostile);
    await expectPatWorks(system, slug(), key);

    await page.getByRole('link', { name: 'Done, back to the console' }).click();
    const text = await page.content();
    expect(text).toContain(`lk_pat_${key.id}`);
    expect(text).not.toContain(key.token.slice(16));
    expect(await page.locator('ul.keys img').count()).toBe(0);

    await page.getByRole('button', { name: new RegExp(`Revoke .*${key.id}`) }).click();
    expect(await page.locator('ul.keys').innerText()).toContain('revoked');
    await expectRefused(system, slug(), key.token, 'token_revoked');
  }, 60_000);

  verifies('I9', 'the page with a new key is stored nowhere, and no token of the management API reaches the browser', async () => {
    const answered = page.waitForResponse((response) => response.url().endsWith('/console/keys'));
    const key = await createKey('one more');
    const response = await answered;
    expect(response.headers()['cache-control']).toContain('no-store');
    expect(await response.text()).not.toMatch(/eyJ[\w-]+\.eyJ/);
    expect((await page.context().cookies()).every(({ value, httpOnly }) => httpOnly && !value.startsWith('eyJ'))).toBe(true);
    expect(key.token).toMatch(/^lk_pat_/);
    await page.goto(`${system.issuer}/console`);
  }, 60_000);

  verifies('AS-91', 'a form of another site makes and revokes nothing', async () => {
    const cookies = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
    const before = await page.locator('ul.keys li').count();
    for (const path of ['/console/keys', '/console/keys/Ab12Cd34/revoke']) {
      const body = new URLSearchParams({ org: system.org, name: 'stolen', purpose: 'call', expiresIn: 'never' });
      const response = await fetch(`${system.issuer}${path}`, { method: 'POST', headers: { cookie: cookies }, body, redirect: 'manual' });
      expect(response.status).toBe(403);
    }
    await page.reload();
    expect(await page.locator('ul.keys li').count()).toBe(before);
  }, 60_000);

  verifies('K2', 'what cannot be made is refused in words, where the form stands', async () => {
    await page.getByLabel('Name of a new key').fill('   ');
    await page.getByRole('button', { name: 'Create key' }).click();
    expect(await page.getByRole('alert').innerText()).toContain('name');
    expect(await page.getByLabel('Name of a new key').isVisible()).toBe(true);
  }, 60_000);

  verifies('AS-63', 'who has lost a laptop revokes everything: keys and connected programs are refused, and the account lives on', async () => {
    await page.goto(`${system.issuer}/console`);
    const key = await createKey('on the laptop');
    await expectPatWorks(system, slug(), key);
    const grant = await obtainToken({ issuer: system.issuer, resource: system.demo, scope: 'mcp:read mcp:execute', account: system.admin });
    expect((await rawMcp({ url: system.demo, token: grant.access })).status).toBe(200);

    await page.goto(`${system.issuer}/console`);
    await page.getByRole('link', { name: 'Revoke everything' }).click();
    await page.getByRole('button', { name: 'Revoke everything' }).click();
    expect(await page.locator('h1').innerText()).toBe('Everything is revoked');
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

  it('no log has any of it', () => {
    expect(system.secrets.findIn(system.logDirs)).toEqual([]);
  });
});
