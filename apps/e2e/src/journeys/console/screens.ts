import type { Page } from 'playwright-core';
import type { Way } from './dialogs.ts';
import { evilStart, type Field } from './hostile-names.ts';
import type { Named } from './name-everything.ts';

export interface Screen {
  name: string;
  /** Below the organization */
  path: string;
  /** Names that are to be read there: until they are, the screen is not what it is judged by */
  shows: readonly Field[];
  /** Much like another one, but for the names in it */
  brief?: true;
  /** What else it waits for, or does first */
  ready?: (page: Page) => Promise<unknown>;
  /** What is done before anything is opened on it, and after it was looked at */
  before?: (page: Page) => Promise<unknown>;
  /** What can be opened on it */
  opens?: readonly Way[];
}

const press = (...names: string[]): Way[] => names.map((name) => ({ press: name }));
const choose = (row: string, ...items: string[]): Way[] => [{ press: row, menu: true }, ...items.map((item) => ({ press: row, choose: item }))];
const list = (...names: string[]): Way[] => names.map((name) => ({ press: name, list: true }));
const row = 'What to do with';
/** As much of a name as is shown everywhere */
const startOf = (field: Field): string => evilStart(field).slice(0, 24);

/** Every screen of the console, with something on it. */
export const screensOf = ({ server, project, client, confidential, dynamicClient, sender, receiver, request }: Named): readonly Screen[] => [
  { name: 'home', path: '', shows: ['org'], ready: (page) => page.getByRole('link', { name: /^Feed age/ }).getByText(/\d s$/).waitFor(), opens: [{ press: 'Account of', menu: true }, ...list('Organization', 'Client')] },
  { name: 'keys', path: 'keys', shows: ['key'], opens: [...press('Create key'), ...choose(`${row} key`, 'Rotate', 'Revoke')] },
  { name: 'servers', path: 'servers', shows: ['server'], opens: press('Register server') },
  { name: 'server-connect', brief: true, path: `servers/${server}`, shows: ['server'], opens: press('Delete') },
  { name: 'server-tools', path: `servers/${server}?tab=tools`, shows: ['server', 'tool'] },
  { name: 'server-health', path: `servers/${server}?tab=health`, shows: ['server', 'upstream'] },
  { name: 'server-settings', path: `servers/${server}?tab=settings`, shows: ['server'] },
  { name: 'connections', path: 'connections', shows: ['connection'], opens: [...press('Add connection'), ...choose(row, 'Give another value', 'Revoke')] },
  { name: 'oauth-clients', path: 'oauth-clients', shows: ['client'], opens: [...press('Register a client'), ...list('Kind')] },
  { name: 'oauth-clients-dynamic', brief: true, path: 'oauth-clients?origin=dynamic', shows: ['dynamic'] },
  { name: 'oauth-client', path: `oauth-clients/${client}`, shows: ['client'], opens: press('Change', 'Delete') },
  { name: 'oauth-client-confidential', brief: true, path: `oauth-clients/${confidential}`, shows: ['confidential'], opens: press('New secret') },
  { name: 'oauth-client-dynamic', brief: true, path: `oauth-clients/${encodeURIComponent(dynamicClient)}`, shows: ['dynamic'] },
  { name: 'grants', path: 'grants', shows: ['dynamic'], opens: press('Disconnect') },
  { name: 'grants-remembered', brief: true, path: 'grants?tab=remembered', shows: [], ready: (page) => page.getByRole('tab', { name: 'Allowed without asking', selected: true }).waitFor() },
  { name: 'webhooks-in', path: 'webhooks', shows: ['sender'], opens: press('Let a sender in') },
  { name: 'webhooks-out', path: 'webhooks?tab=out', shows: ['receiver'], opens: press('Add an endpoint') },
  { name: 'sender', path: `webhooks/in/${sender}`, shows: ['sender'], opens: press('Look at', 'End it now', 'Change', 'New secret', 'Delete') },
  {
    name: 'receiver', path: `webhooks/out/${receiver}`, shows: ['receiver'],
    before: async (page) => {
      await page.getByRole('button', { name: 'Send a test' }).click();
      await page.getByRole('button', { name: /^Look at/ }).waitFor();
    },
    opens: press('Look at', 'Change', 'New secret', 'Delete'),
  },
  { name: 'explain', path: `explain?request=${encodeURIComponent(request)}`, shows: [], ready: (page) => page.getByRole('article').waitFor() },
  { name: 'explain-now', path: 'explain?about=now', shows: [], ready: (page) => page.getByLabel('Server').first().waitFor(), opens: list('Key', 'Server') },
  { name: 'audit', path: 'audit?action=identity_provider.', shows: ['provider'], ready: (page) => page.getByRole('table', { name: 'Entries' }).waitFor(), opens: [...press('Verify the chain'), ...list('Outcome')] },
  { name: 'usage', path: 'usage', shows: [], ready: (page) => page.getByText('Calls of programs that a person connected').waitFor() },
  { name: 'members', path: 'members', shows: ['member'], opens: [...press('Invite somebody'), ...choose(`${row} eve@`, 'Change roles', 'End all credentials', 'Remove')] },
  { name: 'invitations', brief: true, path: 'members?tab=invitations', shows: [], ready: (page) => page.getByText('late@example.com').first().waitFor(), opens: choose(row, 'Take it back') },
  { name: 'projects', path: 'projects', shows: ['project'], opens: [...press('Open a project'), ...choose(row, 'Rename', 'Delete')] },
  { name: 'project', path: `projects/${project}`, shows: ['project', 'folder', 'server'], opens: [...press('Make a folder'), ...choose(row, 'Rename', 'Delete')] },
  { name: 'security-policy', path: 'security', shows: [], ready: (page) => page.getByText('How long things live').waitFor() },
  { name: 'security-domains', path: 'security?tab=domains', shows: [], ready: (page) => page.getByRole('button', { name: 'Give it up' }).waitFor(), opens: press('Add a domain', 'Give it up') },
  { name: 'security-sign-in', path: 'security?tab=providers', shows: ['provider'], opens: press('Add a provider', 'Change', 'Delete') },
  { name: 'security-programs', path: 'security?tab=programs', shows: [], ready: (page) => page.getByRole('table', { name: 'Trusted programs' }).waitFor(), opens: press('Vouch for programs', 'End the trust in') },
  {
    name: 'security-issuers', path: 'security?tab=issuers', shows: ['confidential', 'subject'],
    ready: async (page) => {
      // Names come last and move what is below them, which a press could miss.
      await page.getByRole('main').getByText(startOf('confidential')).first().waitFor();
      await page.getByRole('button', { name: 'Who is who there' }).click();
    },
    opens: press('Trust an issuer', 'End the trust', 'Forget'),
  },
  { name: 'settings', path: 'organization', shows: [], ready: (page) => page.getByLabel('Name', { exact: true }).waitFor(), opens: press('Revoke everything', 'Delete the organization') },
  { name: 'sessions', path: 'sessions', shows: [], ready: (page) => page.getByRole('table', { name: 'Sessions' }).waitFor(), opens: press('Sign out everywhere', 'End ') },
];

/** Waits until a screen shows all that it is going to show. */
export async function settled(page: Page, { shows, ready }: Screen): Promise<void> {
  await page.getByRole('heading', { level: 1 }).waitFor();
  await ready?.(page);
  const main = page.getByRole('main');
  for (const field of shows) await main.getByText(startOf(field)).first().waitFor();
  await page.locator('[aria-busy="true"], .mantine-Skeleton-root').first().waitFor({ state: 'detached' });
}
