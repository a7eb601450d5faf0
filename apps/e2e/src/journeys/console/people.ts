import { randomBytes } from 'node:crypto';
import { eventually } from '@latchkey/testing';
import { PageBrowser } from '../../clients/page-browser.ts';
import type { Standalone } from '../../harness/standalone.ts';
import { choose, expectInert, hostile, signIn, type AtTheConsole } from './at-the-console.ts';

/** Of the mailbox that a Latchkey on one's own computer has. */
async function mailedLink({ issuer, secrets }: Standalone, to: string, path: string): Promise<string> {
  const link = await eventually(async () => {
    const { items } = (await (await fetch(`${issuer}/mailbox`, { headers: { accept: 'application/json' } })).json()) as { items: { to: string; text: string }[] };
    return items.filter((mail) => mail.to === to).flatMap(({ text }) => text.split(/\s+/)).find((word) => word.startsWith(`${issuer}${path}`)) ?? false;
  }, { timeoutMs: 30_000 });
  secrets.add(`link ${path}`, link.slice(link.lastIndexOf('/') + 1));
  return link;
}

/** Somebody who was invited makes an account and accepts, by the links that they were mailed. */
export async function joinByMail(system: Standalone, { email, password }: { email: string; password: string }, name: string): Promise<void> {
  const pages = new PageBrowser();
  await pages.press(await pages.open(`${system.issuer}/account/sign-up`), 'Create account', { Name: name, Email: email, Password: password });
  await pages.press(await pages.open(await mailedLink(system, email, '/account/sign-up/')), 'Confirm');
  await pages.press(await pages.open(await mailedLink(system, email, '/invitations/')), 'Accept');
}

/** Invited in the console, joined by the mail, given another role, removed: what the console shows somebody follows their role. */
export async function expectPerson({ page, system, open }: AtTheConsole): Promise<void> {
  const account = { email: 'mia@example.com', password: `pw-${randomBytes(12).toString('base64url')}` };
  system.secrets.add('password of the invited', account.password);
  await open('members?invite=1');
  const dialog = page.getByRole('dialog', { name: 'Invite somebody' });
  await dialog.getByLabel('Email').fill(account.email);
  await choose(dialog, 'Role in Main', 'Viewer');
  await dialog.getByRole('button', { name: 'Send the invitation' }).click();
  await dialog.waitFor({ state: 'detached' });
  await open('members?tab=invitations');
  await page.getByRole('row').filter({ hasText: account.email }).getByText('pending').waitFor();

  await joinByMail(system, account, hostile('Mia'));

  const other = await (page.context().browser() ?? fail()).newContext({ reducedMotion: 'reduce' });
  try {
    const theirs = await other.newPage();
    await signIn(theirs, system, account);
    await theirs.goto(`${system.issuer}/console/orgs/${system.org}/members`);
    await theirs.getByText('You are a member here').waitFor();
    await theirs.getByRole('row').filter({ hasText: account.email }).getByText('main (viewer)').waitFor();
    expect(await theirs.getByRole('button', { name: 'Invite somebody' }).count()).toBe(0);
    await expectInert(theirs);

    await open('members?q=mia@');
    const row = page.getByRole('row').filter({ hasText: account.email });
    await row.getByRole('button', { name: /^What to do with/ }).click();
    await page.getByRole('menuitem', { name: 'Change roles' }).click();
    await choose(page.getByRole('dialog'), 'In the organization', 'Administrator');
    await page.getByRole('button', { name: 'Save roles' }).click();
    await row.getByText('Administrator').waitFor();
    await expectInert(page);
    await eventually(async () => {
      await theirs.reload();
      await theirs.getByRole('button', { name: 'Invite somebody' }).waitFor({ timeout: 5_000 });
    }, { timeoutMs: 30_000 });

    await row.getByRole('button', { name: /^What to do with/ }).click();
    await page.getByRole('menuitem', { name: 'Remove' }).click();
    await page.getByRole('dialog').getByText('0 keys and 0 connected programs of theirs').waitFor();
    await page.getByRole('button', { name: 'Keep it' }).click();
    // The keyboard is back at where it was.
    await page.locator(':focus[aria-label^="What to do with"]').waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'Remove' }).click();
    await page.getByRole('button', { name: 'Remove the member' }).click();
    await page.getByText('Nobody like that').waitFor();
    await theirs.reload();
    await theirs.getByRole('heading', { name: /^No(?:t one of your organizations| organization yet)$/ }).waitFor();
  } finally {
    await other.close();
  }
}

function fail(): never {
  throw new Error('the page has no browser');
}
