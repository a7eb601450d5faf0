import { choose, type AtTheConsole } from './at-the-console.ts';
import { consoleApi } from './console-api.ts';
import type { HostileUpstream } from './hostile-upstream.ts';

/** Founded, renamed, divided, told whom to believe, and deleted, with everything that is in it said before: all of it at the console. */
export async function expectOrganization({ page, system }: AtTheConsole, upstream: Pick<HostileUpstream, 'issuer' | 'url'>): Promise<void> {
  const org = 'side-project';
  const open = (path = '') => page.goto(`${system.issuer}/console/orgs/${org}/${path}`);
  await page.goto(`${system.issuer}/console/organizations/new`);
  await page.getByLabel('Name', { exact: true }).fill('Side project');
  await page.getByLabel('Short name').fill(org);
  await page.getByLabel('First project').fill('lab');
  await page.getByRole('button', { name: 'Create organization' }).click();
  await page.getByRole('heading', { name: 'Side project', level: 1 }).waitFor();

  await page.getByRole('link', { name: 'Settings', exact: true }).click();
  await page.getByLabel('Name', { exact: true }).fill('Bench of ours');
  await page.getByRole('button', { name: 'Rename', exact: true }).click();
  await page.getByText('Renamed.').waitFor();
  // The choice of organizations has the new name, without anything being loaded again.
  expect(await page.getByLabel('Organization', { exact: true }).first().inputValue()).toBe('Bench of ours');

  await page.getByRole('link', { name: 'Projects', exact: true }).click();
  await page.getByRole('table', { name: 'Projects' }).getByRole('link', { name: 'lab', exact: true }).click();
  await page.getByRole('button', { name: 'Make a folder' }).click();
  const folder = page.getByRole('dialog', { name: 'Make a folder' });
  await folder.getByLabel(/^Name/).fill('Billing');
  await folder.getByLabel('Short name').fill('billing');
  await folder.getByRole('button', { name: 'Make it' }).click();
  const row = page.getByRole('table', { name: 'Folders' }).getByRole('row').filter({ hasText: 'Billing' });
  await row.getByText('none').waitFor();
  const api = await consoleApi({ page, system: { ...system, org }, open });
  expect((await api('POST', '/v1/servers', { org, project: 'lab', slug: 'ledger', name: 'Ledger', url: upstream.url })).status).toBe(201);
  await open('servers/ledger?tab=settings');
  await choose(page, 'Folder', 'Billing');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Saved.').waitFor();
  await open('projects/lab');
  await row.getByRole('link', { name: 'Ledger' }).waitFor();
  await row.getByRole('button', { name: /^What to do with/ }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByText('It still has 1 server').waitFor();
  await page.getByRole('button', { name: 'Delete the folder' }).click();
  await page.getByRole('dialog').getByText('There are 1 servers in this folder').waitFor();
  await page.getByRole('button', { name: 'Keep it' }).click();

  await open('security?tab=providers&new=1');
  const provider = page.getByRole('dialog', { name: 'Add a provider' });
  await provider.getByLabel('Issuer').fill('http://127.0.0.1:9');
  await provider.getByLabel('Label').fill('House keys');
  await provider.getByLabel('Client id').fill('latchkey');
  await provider.getByLabel('Client secret').fill('a secret');
  await provider.getByRole('button', { name: 'Add it' }).click();
  await provider.getByText('no OpenID provider describes itself there').first().waitFor();
  await provider.getByLabel('Issuer').fill(upstream.issuer);
  await provider.getByRole('button', { name: 'Add it' }).click();
  const card = page.getByRole('region', { name: 'House keys' });
  await card.getByText('and has a secret').waitFor();
  await card.getByRole('switch').click();
  await card.getByText('disabled').waitFor();

  await open('security?tab=programs&new=1');
  const vouch = page.getByRole('dialog', { name: 'Vouch for programs' });
  await vouch.getByLabel(/^Host/).fill('tools.example.com');
  await vouch.getByRole('button', { name: 'Vouch for it' }).click();
  await page.getByRole('row').filter({ hasText: 'tools.example.com' }).getByText('you', { exact: true }).waitFor();

  const agent = { org, name: 'Agent', kind: 'confidential', redirectUris: ['https://agent.example/back'], scopes: ['mcp:read'] };
  const { body: registered } = await api('POST', '/v1/oauth-clients', agent);
  system.secrets.add('secret of an agent', String(registered['clientSecret']));
  await open('security?tab=issuers&new=1');
  const trust = page.getByRole('dialog', { name: 'Trust an issuer' });
  await trust.getByLabel('Issuer').fill(`${upstream.issuer}/jag`);
  await trust.getByLabel('Its keys').fill(`${upstream.issuer}/jwks`);
  await choose(trust, /^Programs/, 'Agent');
  await page.keyboard.press('Tab');
  await trust.getByRole('button', { name: 'Trust it' }).click();
  await page.getByRole('region', { name: `${upstream.issuer}/jag` }).getByText('Only members whom an owner has named').waitFor();

  await open('organization');
  await page.getByRole('button', { name: 'Delete the organization' }).click();
  const asked = page.getByRole('dialog', { name: 'Delete Bench of ours?' });
  await asked.getByText('1 server is reached no more').waitFor();
  await asked.getByText('1 person belongs to it no more').waitFor();
  await asked.getByText('0 keys and 0 connected programs are refused').waitFor();
  const last = asked.getByRole('button', { name: 'Delete the organization' });
  expect(await last.isDisabled()).toBe(true);
  await asked.getByLabel(`Type ${org} to go on`).fill(org);
  await last.click();
  await page.waitForURL((url) => url.pathname === `/console/orgs/${system.org}`);
  await open('');
  await page.getByRole('heading', { name: 'Not one of your organizations' }).waitFor();
}
