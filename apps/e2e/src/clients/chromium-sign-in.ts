import type { Browser } from 'playwright-core';
import type { Account } from './form-browser.ts';

/** What a person sees on the way, for the tests to look at. */
export interface SeenPages {
  consent: string;
}

/** Signs in and consents in a real browser, by the labels that the contract fixes, until the redirect URI has been reached. */
export async function signInWithChromium(browser: Browser, account: Account, start: URL | string, redirectUri: string): Promise<SeenPages> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(String(start));
    await page.getByLabel('Email', { exact: true }).fill(account.email);
    await page.getByLabel('Password', { exact: true }).fill(account.password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    const allow = page.getByRole('button', { name: 'Allow', exact: true });
    await allow.waitFor();
    const consent = await page.locator('body').innerText();
    await allow.click();
    await page.waitForURL((url) => url.href.startsWith(redirectUri));
    return { consent };
  } finally {
    await context.close();
  }
}
