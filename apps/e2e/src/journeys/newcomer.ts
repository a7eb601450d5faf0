import { randomBytes } from 'node:crypto';
import { eventually, type TestSmtpServer } from '@latchkey/testing';
import { decodeJwt } from 'jose';
import type { CallbackListener } from '../clients/callback-listener.ts';
import { FormBrowser, type Account } from '../clients/form-browser.ts';
import { ModernClient } from '../clients/modern-client.ts';
import { PageBrowser } from '../clients/page-browser.ts';
import { rawMcp } from '../clients/raw-mcp.ts';
import { refreshGrant } from '../clients/token-endpoint.ts';
import { callApi, manage, type System } from '../harness/system.ts';
import { mailedLink } from './mailed-link.ts';
import { connectByOAuth, expectRefresh, expectTools } from './oauth-journey.ts';
import { resourceAt } from './pat-journey.ts';
import { expectRefusedWithinBound } from './refused-within.ts';

/** Creates an account by the pages and the mail. @returns the browser in which it happened, signed in to the console */
async function signUp(system: System, mail: TestSmtpServer, account: Account): Promise<PageBrowser> {
  const browser = new PageBrowser();
  const form = await browser.open(`${system.issuer}/account/sign-up`);
  const sent = await browser.press(form, 'Create account', { Name: 'Nora Newcomer', Email: account.email, Password: account.password });
  expect(sent.text).toContain('Look into your mail');
  const link = await mailedLink(system, mail, account.email, '/account/sign-up/');
  const inside = await browser.press(await browser.open(link), 'Confirm');
  expect([inside.status, inside.url.pathname]).toEqual([200, '/console']);
  expect((await browser.open(link)).status).toBe(404);
  return browser;
}

/** An administrator invites, the invited person accepts by the mailed link. */
async function join(system: System, mail: TestSmtpServer, account: Account, browser: PageBrowser): Promise<void> {
  const administrator = await manage(system, 'org:admin');
  const invited = await callApi(system, administrator, 'POST', '/members/invitations', { email: account.email, projects: { [system.project]: 'contributor' } });
  expect([invited.status, invited.body['status']]).toEqual([201, 'pending']);
  const link = await mailedLink(system, mail, account.email, '/invitations/');
  const joined = await browser.press(await browser.open(link), 'Accept');
  expect([joined.status, joined.url.pathname, joined.url.search]).toEqual([200, '/console', `?org=${system.org}`]);
  const listed = await callApi(system, administrator, 'GET', '/members/invitations?status=accepted');
  expect(listed.body['items']).toMatchObject([{ id: invited.body['id'], email: account.email }]);
}

/** What the log says of somebody's call of a tool, as an administrator reads it. */
async function expectAudited(system: System, user: string): Promise<void> {
  const auditor = await manage(system, 'audit:read');
  const read = async (query: string) => (await callApi(system, auditor, 'GET', `/audit?${query}`)).body['items'];
  await eventually(async () => {
    const calls = (await read(`actor=${user}&action=call.`)) as { target: { id: string } }[];
    const added = calls.filter(({ target }) => target.id === 'demo/add_task');
    expect(added).toMatchObject([{ service: 'gateway', org: system.org, actor: { kind: 'user', id: user }, action: 'call.made', outcome: 'success' }]);
  }, { timeoutMs: 30_000 });
  expect(await read(`target=${user}&action=member.added`)).toMatchObject([{ service: 'identity', outcome: 'success' }]);
}

/** From a stranger to a member who works with a tool, and to somebody who has left. */
export async function expectNewcomer(system: System, mail: TestSmtpServer, callback: CallbackListener): Promise<void> {
  const account = { email: 'nora@example.com', password: `pw-${randomBytes(12).toString('base64url')}` };
  system.secrets.add('password of the newcomer', account.password);
  const browser = await signUp(system, mail, account);
  await join(system, mail, account, browser);

  const resource = resourceAt(system.gatewayUrl, 'demo');
  const client = new ModernClient(resource, callback.url);
  const connecting = new FormBrowser(account);
  await connectByOAuth(system, client, resource, async (url) => {
    await connecting.authorize(url, callback.url);
    return callback.next();
  });
  for (const value of [...browser.cookies.values(), ...connecting.cookies.values()]) system.secrets.add('cookie of the newcomer', value);
  await expectTools(client);
  await expectRefresh(system, client);
  const { access_token: token, refresh_token: refresh = '' } = client.tokens();
  const user = String(decodeJwt(token).sub);
  await expectAudited(system, user);

  const removed = await callApi(system, await manage(system, 'org:admin'), 'DELETE', `/members/${user}`);
  const sinceMs = performance.now();
  expect([removed.status, removed.body['user']]).toEqual([200, user]);
  await expectRefusedWithinBound(system, sinceMs, (gateway) => rawMcp({ url: resourceAt(gateway, 'demo'), token }), 'owner_disabled');
  expect(await refreshGrant(system.issuer, client.clientId(), refresh)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  await client.close();
}
