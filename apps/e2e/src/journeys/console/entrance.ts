import { createHash, randomBytes } from 'node:crypto';
import type { Page } from 'playwright-core';
import type { Standalone } from '../../harness/standalone.ts';
import { evil, evilStart } from './hostile-names.ts';

function authorizeUrl({ issuer, demo }: Standalone, client: string, redirectUri = 'http://127.0.0.1:9/callback'): string {
  const challenge = createHash('sha256').update(randomBytes(32)).digest('base64url');
  const query = { response_type: 'code', client_id: client, redirect_uri: redirectUri, scope: 'mcp:read mcp:execute', resource: demo, state: 's', code_challenge: challenge, code_challenge_method: 'S256' };
  return `${issuer}/oauth/authorize?${new URLSearchParams(query).toString()}`;
}

/** What asks for a device says of itself what it likes. @returns the code to type */
async function askByDevice({ issuer, demo, secrets }: Standalone): Promise<string> {
  const response = await fetch(`${issuer}/oauth/device`, {
    method: 'POST', headers: { 'user-agent': evil('agent') }, body: new URLSearchParams({ client_id: 'latchkey-cli', scope: 'mcp:read', resource: demo }),
  });
  const { device_code: device, user_code: code } = (await response.json()) as { device_code?: string; user_code?: string };
  if (code === undefined) throw new Error(`device: ${response.status}`);
  secrets.add('code of a hostile device', device);
  return code;
}

export interface Entrance {
  name: string;
  /** Comes to it, in a browser that has been through those before it */
  open: (page: Page) => Promise<unknown>;
}

const read = (page: Page, field: string) => page.getByText(evilStart(field).slice(0, 24)).first().waitFor();

/** The pages around the console, in the order in which somebody comes to them whom a hostile program sends. */
export const entrances = (system: Standalone, client: string): readonly Entrance[] => [
  { name: 'console-sign-in', open: (page) => page.goto(`${system.issuer}/console/sign-in`) },
  { name: 'sign-up', open: (page) => page.goto(`${system.issuer}/account/sign-up`) },
  { name: 'forgot-password', open: (page) => page.goto(`${system.issuer}/account/forgot-password`) },
  { name: 'device', open: (page) => page.goto(`${system.issuer}/device`) },
  {
    name: 'device-code',
    open: async (page) => {
      await page.getByLabel('Code').fill(await askByDevice(system));
      await page.getByRole('button', { name: 'Continue', exact: true }).click();
      await read(page, 'agent');
    },
  },
  { name: 'error', open: (page) => page.goto(authorizeUrl(system, client, `https://evil.example/${encodeURIComponent(evil('redirect'))}`)) },
  {
    name: 'sign-in',
    open: async (page) => {
      await page.goto(authorizeUrl(system, client));
      await read(page, 'dynamic');
    },
  },
  {
    name: 'consent',
    open: async (page) => {
      await page.getByLabel('Email', { exact: true }).fill(system.admin.email);
      await page.getByLabel('Password', { exact: true }).fill(system.admin.password);
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
      await page.getByRole('button', { name: 'Allow', exact: true }).waitFor();
      await read(page, 'dynamic');
    },
  },
];
