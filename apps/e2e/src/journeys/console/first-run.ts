import type { Page } from 'playwright-core';
import { expectPatWorks, expectRefused } from '../pat-journey.ts';
import { expectInert, hostile, keepSecret, signIn, type AtTheConsole } from './at-the-console.ts';

/** The address of the demo server, as the console says it. */
async function addressOfDemo({ page, system, open }: AtTheConsole): Promise<string> {
  await open(`servers/${system.demo.slice(system.demo.lastIndexOf('/') + 1)}?tab=health`);
  return page.getByText('The gateway reaches it at').locator('code').innerText();
}

/** Registered by its address; what a gateway finds there is said at once. */
async function register({ page, open }: AtTheConsole, name: string, url: string): Promise<void> {
  await open('servers?new=1');
  const dialog = page.getByRole('dialog', { name: 'Register an MCP server' });
  await dialog.getByLabel(/^Name/).fill(name);
  await dialog.getByLabel('Address of the server').fill(url);
  await dialog.getByRole('button', { name: 'Register and look at it' }).click();
  const report = page.getByRole('dialog', { name: `${name} is registered` });
  await report.getByText('It answers').waitFor();
  expect(await report.getByRole('status').innerText()).toMatch(/latchkey.*\n\d+ tools\./is);
  await report.getByRole('button', { name: 'Open it' }).click();
  await page.getByRole('heading', { name, level: 1 }).waitFor();
  await page.getByRole('tab', { name: 'Tools' }).click();
  await page.getByRole('row').filter({ hasText: 'convert_time' }).getByText('Only reads').waitFor();
}

/** The first answer is lost on its way. Whoever clicks again gets the key that was made, and no second one. */
async function mint(at: AtTheConsole, name: string): Promise<{ id: string; token: string }> {
  const { page, open } = at;
  await page.route('**/console/api/v1/pats', async (route) => {
    await route.fetch();
    await route.abort('connectionreset');
  }, { times: 1 });
  await open('keys?new=1');
  const dialog = page.getByRole('dialog', { name: 'Create a key' });
  await dialog.getByLabel('Name').fill(name);
  const create = dialog.getByRole('button', { name: 'Create key' });
  await create.click();
  await dialog.getByRole('alert').filter({ hasText: 'cannot be reached' }).waitFor();
  await create.click();
  await page.getByTestId('secret').waitFor();
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByText('Leave without copying it?').waitFor();
  await page.getByRole('button', { name: 'Stay' }).click();
  const token = await keepSecret(at, 'first key');
  return { token, id: token.slice('lk_pat_'.length, 'lk_pat_'.length + 8) };
}

async function revoke({ page, open }: AtTheConsole, id: string, name: string): Promise<void> {
  await open('keys');
  const row = page.getByRole('row').filter({ hasText: `lk_pat_${id}` });
  await row.waitFor();
  expect(await page.getByRole('row').filter({ hasText: name.slice(0, 12) }).count()).toBe(1);
  await expectInert(page);
  await row.getByRole('button', { name: /^What to do with/ }).click();
  await page.getByRole('menuitem', { name: 'Revoke' }).click();
  const asked = page.getByRole('dialog', { name: 'Revoke this key?' });
  expect(await asked.innerText()).toContain('by you');
  await asked.getByRole('button', { name: 'Revoke the key' }).click();
  await row.getByText('revoked').waitFor();
}

/**
 * Everything that somebody does on the first day: signs in, registers the server of the demo, makes a key, calls a tool with it, finds the call in the log,
 * revokes the key, is refused, and is told why.
 * @param page  of a browser in which nobody is signed in
 */
export async function expectFirstRun({ page, system, open }: AtTheConsole): Promise<void> {
  const at = { page, system, open };
  const [slug, name] = ['first-run', 'First run'];
  await signIn(page, system, system.admin);
  await register(at, name, await addressOfDemo(at));

  const keyName = hostile('First key');
  const key = await mint(at, keyName);
  await expectPatWorks(system, slug, key);

  await open(`audit?credential=${key.id}`);
  const called = page.getByRole('table', { name: 'Entries' }).getByRole('row').filter({ hasText: 'call.made' });
  await expectShown(page, async () => { await called.first().getByText('success').waitFor({ timeout: 2_000 }); });
  expect(await called.first().innerText()).toContain('whoami');

  await revoke(at, key.id, keyName);
  const refused = await expectRefused(system, slug, key.token, 'token_revoked');

  await page.getByRole('link', { name: 'Explain', exact: true }).click();
  await page.getByLabel('Request id').fill(refused);
  await page.getByRole('button', { name: 'Explain', exact: true }).click();
  // The log follows within a second or two, and the page asks again by itself.
  const why = page.getByRole('article');
  await why.getByText('token_revoked').waitFor({ timeout: 30_000 });
  await why.getByText('Somebody revoked this credential').waitFor();
  await expectInert(page);
}

/** The log is a moment behind; a reader loads the page again. */
async function expectShown(page: Page, look: () => Promise<void>): Promise<void> {
  for (let times = 0; times < 10; times += 1) {
    try {
      return await look();
    } catch {
      await page.reload();
    }
  }
  await look();
}
