import type { Page } from 'playwright-core';
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
}

/** Every screen of the console, with something on it. */
export const screensOf = ({ server, project, client, dynamicClient, sender, receiver, request }: Named): readonly Screen[] => [
  { name: 'home', path: '', shows: ['org'], ready: (page) => page.getByRole('link', { name: /^Feed age/ }).getByText(/\d s$/).waitFor() },
  { name: 'keys', path: 'keys', shows: ['key'] },
  { name: 'servers', path: 'servers', shows: ['server'] },
  { name: 'server-connect', brief: true, path: `servers/${server}`, shows: ['server'] },
  { name: 'server-tools', path: `servers/${server}?tab=tools`, shows: ['server', 'tool'] },
  { name: 'server-health', path: `servers/${server}?tab=health`, shows: ['server', 'upstream'] },
  { name: 'server-settings', path: `servers/${server}?tab=settings`, shows: ['server'] },
  { name: 'connections', path: 'connections', shows: ['connection'] },
  { name: 'oauth-clients', path: 'oauth-clients', shows: ['client'] },
  { name: 'oauth-clients-dynamic', brief: true, path: 'oauth-clients?origin=dynamic', shows: ['dynamic'] },
  { name: 'oauth-client', path: `oauth-clients/${client}`, shows: ['client'] },
  { name: 'oauth-client-dynamic', brief: true, path: `oauth-clients/${encodeURIComponent(dynamicClient)}`, shows: ['dynamic'] },
  { name: 'grants', path: 'grants', shows: ['dynamic'] },
  { name: 'grants-remembered', brief: true, path: 'grants?tab=remembered', shows: [], ready: (page) => page.getByRole('tab', { name: 'Allowed without asking', selected: true }).waitFor() },
  { name: 'webhooks-in', path: 'webhooks', shows: ['sender'] },
  { name: 'webhooks-out', path: 'webhooks?tab=out', shows: ['receiver'] },
  { name: 'sender', path: `webhooks/in/${sender}`, shows: ['sender'] },
  { name: 'receiver', path: `webhooks/out/${receiver}`, shows: ['receiver'] },
  { name: 'explain', path: `explain?request=${encodeURIComponent(request)}`, shows: [], ready: (page) => page.getByRole('article').waitFor() },
  { name: 'explain-now', path: 'explain?about=now', shows: [], ready: (page) => page.getByLabel('Server').first().waitFor() },
  { name: 'audit', path: 'audit?action=identity_provider.', shows: ['provider'], ready: (page) => page.getByRole('table', { name: 'Entries' }).waitFor() },
  { name: 'usage', path: 'usage', shows: [], ready: (page) => page.getByText('Calls of programs that a person connected').waitFor() },
  { name: 'members', path: 'members', shows: ['member'] },
  { name: 'invitations', brief: true, path: 'members?tab=invitations', shows: [], ready: (page) => page.getByText('eve@example.com').first().waitFor() },
  { name: 'projects', path: 'projects', shows: ['project'] },
  { name: 'project', path: `projects/${project}`, shows: ['project', 'folder', 'server'] },
  { name: 'security-policy', path: 'security', shows: [], ready: (page) => page.getByText('How long things live').waitFor() },
  { name: 'security-domains', path: 'security?tab=domains', shows: [], ready: (page) => page.getByRole('heading', { name: 'No domains' }).waitFor() },
  { name: 'security-sign-in', path: 'security?tab=providers', shows: ['provider'] },
  { name: 'security-programs', path: 'security?tab=programs', shows: [], ready: (page) => page.getByRole('table', { name: 'Trusted programs' }).waitFor() },
  {
    name: 'security-issuers', path: 'security?tab=issuers', shows: ['confidential', 'subject'],
    ready: (page) => page.getByRole('button', { name: 'Who is who there' }).click(),
  },
  { name: 'settings', path: 'organization', shows: [], ready: (page) => page.getByLabel('Name', { exact: true }).waitFor() },
  { name: 'sessions', path: 'sessions', shows: [], ready: (page) => page.getByRole('table', { name: 'Sessions' }).waitFor() },
];

/** Waits until a screen shows all that it is going to show. */
export async function settled(page: Page, { shows, ready }: Screen): Promise<void> {
  await page.getByRole('heading', { level: 1 }).waitFor();
  await ready?.(page);
  const main = page.getByRole('main');
  for (const field of shows) await main.getByText(evilStart(field).slice(0, 24)).first().waitFor();
  await page.locator('[aria-busy="true"], .mantine-Skeleton-root').first().waitFor({ state: 'detached' });
}
