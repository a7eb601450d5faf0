import { launchChromium, seriousViolations } from '@latchkey/testing';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { admin, authorizeUrl, gatewayUrl, registerClient, startAccounts, type Accounts } from './support/accounts.ts';
import { linkIn, mailTo } from './support/mailbox.ts';

/** Every page that a person can come to, in both colours and at the width of a phone, as axe-core judges it; screens of the console are judged end to end, with something on them. */
describe('pages are usable for everybody', () => {
  let accounts: Accounts;
  let browser: Browser;
  let clientId: string;
  let consoleCookies: Awaited<ReturnType<BrowserContext['cookies']>>;
  beforeAll(async () => {
    accounts = await startAccounts({ LATCHKEY_MAILBOX: 'true' });
    await accounts.identity.seed.server({ org: 'acme', project: 'prod', slug: 'demo', name: 'Demo server', url: 'http://127.0.0.1:1/mcp' });
    clientId = await registerClient(accounts.issuer);
    browser = await launchChromium();
    consoleCookies = await within({}, async (page) => {
      await page.goto(`${accounts.issuer}/console/sign-in`);
      await signIn(page);
      return page.context().cookies();
    });
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await accounts.close();
  });

  const connect = () => authorizeUrl(accounts.issuer, { clientId, resource: `${gatewayUrl}/mcp/demo`, scope: 'mcp:read mcp:execute' });

  async function signIn(page: Page): Promise<void> {
    await page.getByLabel('Email').fill(admin.email);
    await page.getByLabel('Password').fill(admin.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByLabel('Password').waitFor({ state: 'detached' });
  }

  /** How to come to each page from a fresh browser. */
  const pages: Record<string, (page: Page) => Promise<unknown>> = {
    'sign-in': (page) => page.goto(connect()),
    'a refused sign-in': async (page) => {
      await page.goto(connect());
      await page.getByLabel('Email').fill(admin.email);
      await page.getByLabel('Password').fill('wrong');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('alert').waitFor();
    },
    consent: async (page) => {
      await page.goto(connect());
      await signIn(page);
    },
    'consent with projects': async (page) => {
      await page.goto(authorizeUrl(accounts.issuer, { clientId, resource: `${gatewayUrl}/mcp`, scope: 'mcp:read' }));
      await signIn(page);
      await page.getByRole('group', { name: 'Projects' }).waitFor();
    },
    'an unknown redirect': (page) => page.goto(authorizeUrl(accounts.issuer, { clientId, redirectUri: 'https://evil.example/' })),
    'an ended sign-in': (page) => page.goto(`${accounts.issuer}/interaction/none`),
    'console sign-in': (page) => page.goto(`${accounts.issuer}/console/sign-in`),
    'console, waiting for who you are': async (page) => {
      await page.context().addCookies(consoleCookies);
      await page.route('**/console/api/**', () => undefined);
      await page.goto(`${accounts.issuer}/console/orgs/acme`);
      await page.getByRole('status', { name: 'Loading' }).waitFor();
    },
    'an invitation that is gone': (page) => page.goto(`${accounts.issuer}/invitations/none`),
    'sign-out': (page) => page.goto(`${accounts.issuer}/oauth/end-session`),
  };

  for (const path of ['account/sign-up', 'account/forgot-password', 'account/reset-password/none', 'account/email/none', 'device', 'mailbox']) {
    pages[path] = (page) => page.goto(`${accounts.issuer}/${path}`);
  }
  pages['a refused sign-up'] = async (page) => {
    await page.goto(`${accounts.issuer}/account/sign-up`);
    await page.getByLabel('Name').fill('Pat');
    await page.getByLabel('Email').fill('pat@example.com');
    await page.getByLabel('Password').fill('password123');
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.getByRole('alert').waitFor();
  };
  /** Pages of somebody who is signed in to the console; one sign-in serves them all. */
  const signedIn = ['account', 'email', 'password', 'sessions', 'delete-account', 'programs', 'sign-in-methods', 'second-factor', 'organizations/new', 'revoke-everything'];
  for (const path of signedIn) {
    pages[`console/${path}`] = async (page) => {
      await page.context().addCookies(consoleCookies);
      await page.goto(`${accounts.issuer}/console/${path}`);
      await page.getByLabel('Email', { exact: true }).and(page.locator('[autocomplete=username]')).waitFor({ state: 'detached' });
    };
  }
  pages['a new password'] = async (page) => {
    await page.goto(`${accounts.issuer}/account/forgot-password`);
    await page.getByLabel('Email').fill(admin.email);
    await page.getByRole('button', { name: 'Send the link' }).click();
    await page.getByRole('heading', { name: 'Look into your mail' }).waitFor();
    await page.goto(linkIn(await mailTo(accounts.issuer, admin.email, /new password/)));
    await page.getByLabel('New password').waitFor();
  };

  async function within<T>(options: Parameters<Browser['newContext']>[0], use: (page: Page) => Promise<T>): Promise<T> {
    const context: BrowserContext = await browser.newContext(options);
    try {
      return await use(await context.newPage());
    } finally {
      await context.close();
    }
  }

  for (const [name, open] of Object.entries(pages)) {
    it(`${name}: axe-core finds nothing serious, nothing sticks out at 360 px`, async () => {
      await within({ colorScheme: 'light', viewport: { width: 360, height: 740 } }, async (page) => {
        await open(page);
        expect(await seriousViolations(page)).toEqual([]);
        expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
      });
    }, 60_000);
  }

  it('axe-core does find what is wrong', async () => {
    await within({}, async (page) => {
      await page.setContent('<html><body><input><img src="x"></body></html>');
      expect((await seriousViolations(page)).join()).toMatch(/label.*image-alt|image-alt.*label/s);
    });
  });
});
