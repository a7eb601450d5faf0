import { decodeJwt } from 'jose';
import { obtainToken, type Grant } from '../clients/obtain-token.ts';
import { PageBrowser } from '../clients/page-browser.ts';
import { rawMcp } from '../clients/raw-mcp.ts';
import { refreshGrant } from '../clients/token-endpoint.ts';
import { callApi, manage, type System } from '../harness/system.ts';
import { resourceAt } from './pat-journey.ts';
import { expectRefusedWithinBound } from './refused-within.ts';

interface Connected extends Grant {
  /** Of the browser in which it was allowed */
  session: string;
}

async function connect(system: System): Promise<Connected> {
  const grant = await obtainToken({ issuer: system.issuer, resource: resourceAt(system.gatewayUrl, 'demo'), scope: 'mcp:read mcp:execute', account: system.admin });
  system.secrets.add('access token of a session', grant.access);
  system.secrets.add('refresh token of a session', grant.refresh);
  return { ...grant, session: String(decodeJwt(grant.access)['sid']) };
}

const call = ({ access }: Connected) => (gateway: string) => rawMcp({ url: resourceAt(gateway, 'demo'), token: access });

async function expectWorks(system: System, connected: Connected): Promise<void> {
  for (const gateway of system.gateways) expect((await call(connected)(gateway)).status).toBe(200);
}

async function expectEnded(system: System, sinceMs: number, connected: Connected): Promise<void> {
  await expectRefusedWithinBound(system, sinceMs, call(connected), 'token_revoked');
  expect(await refreshGrant(system.issuer, connected.clientId, connected.refresh ?? '')).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
}

/** Three browsers: one is ended by the API, one at the console, and what the third allowed goes on. */
export async function expectSessionsEnd(system: System): Promise<void> {
  const [first, second, third] = [await connect(system), await connect(system), await connect(system)];
  for (const connected of [first, second, third]) await expectWorks(system, connected);

  const api = await manage(system, 'org:read keys:write');
  const listed = async () => ((await callApi(system, api, 'GET', '/sessions?kind=browser&limit=100')).body['items'] as { id: string }[]).map(({ id }) => id);
  expect(await listed()).toEqual(expect.arrayContaining([first.session, second.session, third.session]));
  const ended = await callApi(system, api, 'DELETE', `/sessions/${first.session}`);
  const endedMs = performance.now();
  expect(ended).toMatchObject({ status: 200, body: { id: first.session, consistency: expect.stringContaining('feed.') as string } });
  await expectEnded(system, endedMs, first);
  expect((await callApi(system, api, 'DELETE', `/sessions/${first.session}`)).status).toBe(404);

  const elsewhere = new PageBrowser();
  const { email, password } = system.admin;
  await elsewhere.press(await elsewhere.open(`${system.issuer}/console/sign-in`), 'Sign in', { Email: email, Password: password });
  for (const value of elsewhere.cookies.values()) system.secrets.add('cookie of the console', value);
  const page = await elsewhere.open(`${system.issuer}/console/sessions`);
  const after = await elsewhere.press(page, 'End', {}, second.session);
  const pressedMs = performance.now();
  expect([after.status, after.html.includes(second.session), after.html.includes(third.session)]).toEqual([200, false, true]);
  await expectEnded(system, pressedMs, second);

  await expectWorks(system, third);
  expect(await listed()).not.toContain(second.session);
}
