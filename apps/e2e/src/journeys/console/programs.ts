import { eventually } from '@latchkey/testing';
import { obtainToken } from '../../clients/obtain-token.ts';
import { rawMcp } from '../../clients/raw-mcp.ts';
import { expectRefused } from '../pat-journey.ts';
import { expectInert, hostile, keepSecret, type AtTheConsole } from './at-the-console.ts';

async function register({ page, open }: AtTheConsole, name: string, kind: string): Promise<void> {
  await open('oauth-clients?new=1');
  const dialog = page.getByRole('dialog', { name: 'Register a client' });
  await dialog.getByText(kind, { exact: true }).click();
  await dialog.getByLabel('Name').fill(name);
  await dialog.getByLabel('Redirect URIs').fill('http://127.0.0.1:9/callback');
  await dialog.getByLabel('Redirect URIs').press('Enter');
  await dialog.getByRole('button', { name: 'Register' }).click();
}

/** Registered in the console, connected by a real flow, seen, disconnected, refused, deleted. */
export async function expectPrograms(at: AtTheConsole): Promise<void> {
  const { page, system, open } = at;
  await register(at, hostile('Dashboard'), 'Public');
  await page.waitForURL(/\/oauth-clients\/[\w-]+$/);
  const client = new URL(page.url()).pathname.split('/').at(-1) ?? '';
  await page.getByText('Nothing is connected').waitFor();
  await expectInert(page);

  const { access } = await obtainToken({ issuer: system.issuer, resource: system.demo, scope: 'mcp:read mcp:execute', account: system.admin, client });
  system.secrets.add('token of the dashboard', access);
  await eventually(async () => expect((await rawMcp({ url: system.demo, token: access })).status).toBe(200));
  await open('grants');
  const row = page.getByRole('row').filter({ hasText: 'Dashboard' });
  await row.getByText('you', { exact: true }).waitFor();
  await expectInert(page);
  await row.getByRole('button', { name: /^Disconnect/ }).click();
  const asked = page.getByRole('dialog', { name: /^Disconnect/ });
  expect(await asked.innerText()).toContain(system.demo);
  await asked.getByRole('button', { name: 'Disconnect', exact: true }).click();
  await row.waitFor({ state: 'detached' });
  await expectRefused(system, system.demo.slice(system.demo.lastIndexOf('/') + 1), access, 'token_revoked');

  await register(at, 'Back office', 'Confidential');
  const secret = await keepSecret(at, 'secret of a client');
  await page.getByRole('heading', { name: 'Back office' }).waitFor();
  const own = new URL(page.url()).pathname.split('/').at(-1) ?? '';
  const ask = async (): Promise<string> => {
    const headers = { authorization: `Basic ${Buffer.from(`${own}:${encodeURIComponent(secret)}`).toString('base64')}` };
    const response = await fetch(`${system.issuer}/oauth/token`, { method: 'POST', headers, body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'none' }) });
    return ((await response.json()) as { error: string }).error;
  };
  // It is known by its secret, and has nothing to show.
  expect(await ask()).toBe('invalid_grant');
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByText(/0 people have it connected/).waitFor();
  await page.getByRole('button', { name: 'Delete the client' }).click();
  await page.waitForURL(/\/oauth-clients$/);
  expect(await ask()).toBe('invalid_client');
}
