import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually, launchChromium, verifies } from '@latchkey/testing';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { admin, authorizeUrl, gatewayUrl, registerClient, startAccounts, type Accounts } from './support/accounts.ts';

describe('the pages in Chromium', () => {
  let accounts: Accounts;
  let browser: Browser;
  let callback: Server;
  let redirectUri: string;
  let url: string;

  beforeAll(async () => {
    accounts = await startAccounts();
    await accounts.identity.seed.server({ org: 'acme', project: 'prod', slug: 'demo', name: 'Demo server', url: 'http://127.0.0.1:1/mcp' });
    callback = createServer((_request, response) => response.setHeader('content-type', 'text/plain').end('back at the client'));
    await new Promise<void>((resolve) => callback.listen(0, '127.0.0.1', resolve));
    redirectUri = `http://127.0.0.1:${(callback.address() as AddressInfo).port}/callback`;
    const clientId = await registerClient(accounts.issuer, { redirect_uris: [redirectUri], application_type: 'native' });
    url = authorizeUrl(accounts.issuer, { clientId, redirectUri, resource: `${gatewayUrl}/mcp/demo`, scope: 'mcp:read mcp:execute' });
    browser = await launchChromium();
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    await new Promise((resolve) => callback.close(resolve));
    await accounts.close();
  });

  /** A page, with everything that Chromium complained about or failed to load. */
  async function open(options: Parameters<Browser['newContext']>[0] = {}): Promise<{ page: Page; context: BrowserContext; complaints: string[]; hosts: Set<string> }> {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    const complaints: string[] = [];
    const hosts = new Set<string>();
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('request', (request) => hosts.add(new URL(request.url()).host));
    await page.goto(url);
    return { page, context, complaints, hosts };
  }

  async function signIn(page: Page): Promise<void> {
    await page.getByLabel('Email').fill(admin.email);
    await page.getByLabel('Password').fill(admin.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('button', { name: 'Allow' }).waitFor();
  }

  for (const javaScriptEnabled of [true, false]) {
    verifies('AS-92', `Allow ends at a loopback address under the pages' own policy, ${javaScriptEnabled ? 'with' : 'without'} script`, async () => {
      const { page, context, complaints, hosts } = await open({ javaScriptEnabled });
      await signIn(page);
      await page.getByRole('button', { name: 'Allow' }).click();
      await page.waitForURL(`${redirectUri}?**`);
      expect(new URL(page.url()).searchParams.get('code')).toEqual(expect.any(String));
      expect(await page.textContent('body')).toBe('back at the client');
      expect(complaints).toEqual([]);
      expect([...hosts].sort()).toEqual([new URL(accounts.issuer).host, new URL(redirectUri).host].sort());
      await context.close();
    });
  }

  verifies('AS-92', 'Allow ends at an application\'s own scheme under the same policy', async () => {
    const own = 'cursor://anysphere.cursor-mcp/oauth/callback';
    const clientId = await registerClient(accounts.issuer, { redirect_uris: [own], application_type: 'native' });
    const { page, context, complaints } = await open();
    await page.goto(authorizeUrl(accounts.issuer, { clientId, redirectUri: own, resource: `${gatewayUrl}/mcp/demo` }));
    await signIn(page);
    const locations: string[] = [];
    page.on('response', (response) => locations.push(response.headers().location ?? ''));
    await page.getByRole('button', { name: 'Allow' }).click();
    await eventually(() => expect(locations.at(-1)).toMatch(/^cursor:\/\/anysphere\.cursor-mcp\/oauth\/callback\?code=/));
    // No application opens that scheme here; what matters is that the policy did not stop it first.
    expect(complaints.filter((complaint) => /Content Security Policy/i.test(complaint))).toEqual([]);
    await context.close();
  });

  verifies('AS-90', 'Deny is as big as Allow and goes back to the client with access_denied', async () => {
    const { page, context } = await open();
    await signIn(page);
    const [allow, deny] = await Promise.all(['Allow', 'Deny'].map((name) => page.getByRole('button', { name }).boundingBox()));
    expect([deny?.width, deny?.height]).toEqual([allow?.width, allow?.height]);
    await page.getByRole('button', { name: 'Deny' }).click();
    await page.waitForURL(`${redirectUri}?**`);
    expect(new URL(page.url()).searchParams.get('error')).toBe('access_denied');
    await context.close();
  });

  it('says what went wrong where the keyboard and the screen reader are', async () => {
    const { page, context } = await open({ javaScriptEnabled: true });
    expect(await page.evaluate('document.activeElement.id')).toBe('email');
    await page.getByLabel('Email').fill(admin.email);
    await page.getByLabel('Password').fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    const alert = page.getByRole('alert');
    await alert.waitFor();
    expect(await alert.textContent()).toContain('is not right');
    expect(await page.evaluate('document.activeElement.id')).toBe('error');
    expect(await page.getByLabel('Email').inputValue()).toBe(admin.email);
    expect(await page.getByLabel('Password').inputValue()).toBe('');
    expect(await page.title()).toMatch(/^Error/);
    expect(await page.getAttribute('html', 'lang')).toBe('en');
    expect(await page.getByRole('main').count()).toBe(1);
    await context.close();
  });

  it('lets somebody else sign in, through the engine\'s own step', async () => {
    await accounts.createUser('else@example.com', 'a password of else');
    await accounts.addMember({ userId: await accounts.userId('else@example.com'), org: 'acme', role: 'admin' });
    for (const javaScriptEnabled of [true, false]) {
      const { page, context } = await open({ javaScriptEnabled });
      await signIn(page);
      await page.getByRole('link', { name: /Sign in as someone else/ }).click();
      await page.getByLabel('Email').fill('else@example.com');
      await page.getByLabel('Password').fill('a password of else');
      await page.getByRole('button', { name: 'Sign in' }).click();
      if (!javaScriptEnabled) await page.getByRole('button', { name: 'Continue' }).click();
      await page.getByText('else@example.com').waitFor();
      await page.getByRole('button', { name: 'Allow' }).click();
      await page.waitForURL(`${redirectUri}?code=**`);
      await context.close();
    }
  });

  for (const [colorScheme, width] of [['light', 360], ['dark', 360], ['light', 1280], ['dark', 1280]] as const) {
    it(`is readable in ${colorScheme} at ${width} px`, async () => {
      const { page, context } = await open({ colorScheme, viewport: { width, height: 740 } });
      await expectReadable(page);
      await signIn(page);
      await expectReadable(page);
      await context.close();
    });
  }
});

/** Nothing sticks out, the stylesheet applies, and text stands out from its ground at least 4.5 to 1 (WCAG 2.2, 1.4.3). */
async function expectReadable(page: Page): Promise<void> {
  expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
  expect(await page.evaluate('document.styleSheets.length')).toBe(1);
  const faint = await page.evaluate(`(() => {
    const channels = (colour) => (colour.match(/[\\d.]+/g) ?? []).map(Number);
    const luminance = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
      .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
    const ground = (element) => {
      for (let at = element; at !== null; at = at.parentElement) {
        const colour = channels(getComputedStyle(at).backgroundColor);
        if (colour.length === 3 || colour[3] === 1) return colour;
      }
      return [255, 255, 255];
    };
    return [...document.querySelectorAll('h1, h2, p, dt, dd, li, label, button, a, code, span')]
      .filter((element) => element.textContent.trim() !== '')
      .map((element) => {
        const [one, other] = [luminance(channels(getComputedStyle(element).color)), luminance(ground(element))].sort((a, b) => b - a);
        return { text: element.textContent.trim().slice(0, 40), ratio: (one + 0.05) / (other + 0.05) };
      })
      .filter(({ ratio }) => ratio < 4.5);
  })()`);
  expect(faint).toEqual([]);
}
