import type { Locator, Page } from 'playwright-core';
import type { Standalone } from '../../harness/standalone.ts';

/** Somebody before the console, in a real browser. */
export interface AtTheConsole {
  system: Standalone;
  page: Page;
  open: (path?: string) => Promise<unknown>;
}

/** A name that would do something anywhere where it is not only a name. */
export const hostile = (name: string): string => `${name} <img src=x onerror="document.title=1">\u202e`;

export async function signIn(page: Page, { issuer }: Pick<Standalone, 'issuer'>, account: { email: string; password: string }): Promise<void> {
  await page.goto(`${issuer}/console`);
  await page.getByLabel('Email', { exact: true }).fill(account.email);
  await page.getByLabel('Password', { exact: true }).fill(account.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('heading', { name: 'What to do next' }).waitFor();
}

/** Takes one of what a field offers. */
export async function choose(within: Page | Locator, label: string | RegExp, option: string): Promise<void> {
  await within.getByLabel(label).first().click();
  const page = 'page' in within ? within.page() : within;
  await page.getByRole('option', { name: option, exact: true }).click();
}

/** Copies a secret that is shown once, and lets it go. */
export async function keepSecret({ page, system }: AtTheConsole, name: string): Promise<string> {
  const secret = await page.getByTestId('secret').innerText();
  system.secrets.add(name, secret);
  await page.getByRole('button', { name: 'Copy the secret' }).click();
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByTestId('secret').waitFor({ state: 'detached' });
  expect(await page.content()).not.toContain(secret);
  return secret;
}

/** What was named in malice is text, and nothing else. */
export async function expectInert(page: Page): Promise<void> {
  expect(await page.locator('img').count()).toBe(0);
  expect(await page.title()).not.toBe('1');
  expect(await page.locator('a[href^="javascript:" i]').count()).toBe(0);
}
