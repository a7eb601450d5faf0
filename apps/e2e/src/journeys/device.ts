import { eventually } from '@latchkey/testing';
import { PageBrowser } from '../clients/page-browser.ts';
import { rawMcp } from '../clients/raw-mcp.ts';
import { askForTokens } from '../clients/token-endpoint.ts';
import type { System } from '../harness/system.ts';
import { resourceAt } from './pat-journey.ts';

const cli = 'latchkey-cli';

/** A terminal without a browser is allowed by its user at another one (RFC 8628). */
export async function expectDevice(system: System): Promise<void> {
  const resource = resourceAt(system.gatewayUrl, 'demo');
  const asked = await fetch(`${system.issuer}/oauth/device`, { method: 'POST', body: new URLSearchParams({ client_id: cli, resource, scope: 'mcp:read mcp:execute' }) });
  expect(asked.status).toBe(200);
  const { device_code: code, user_code: userCode, verification_uri: page } = (await asked.json()) as Record<string, string>;
  system.secrets.add('device code', code);
  const poll = () => askForTokens(system.issuer, { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', client_id: cli, device_code: code ?? '' });
  expect(await poll()).toMatchObject({ status: 400, body: { error: 'authorization_pending' } });

  const { email, password } = system.admin;
  const person = new PageBrowser();
  const compare = await person.press(await person.open(page ?? ''), 'Continue', { Code: userCode ?? '' });
  expect(compare.text).toContain(userCode);
  const signIn = await person.press(compare, 'Yes, continue');
  const consent = await person.press(signIn, 'Sign in', { Email: email, Password: password });
  expect(consent.text).toContain(resource);
  expect((await person.press(consent, 'Allow')).text).toContain('Your device is connected');
  for (const value of person.cookies.values()) system.secrets.add('cookie of the device page', value);

  const { status, body } = await eventually(async () => {
    const answer = await poll();
    return ['authorization_pending', 'slow_down'].includes(answer.body['error'] ?? '') ? false : answer;
  }, { timeoutMs: 60_000 });
  expect([status, body['token_type']]).toEqual([200, 'Bearer']);
  const { access_token: token = '', refresh_token: refresh } = body;
  system.secrets.add('access token of a device', token);
  system.secrets.add('refresh token of a device', refresh);
  for (const gateway of system.gateways) {
    const answer = await rawMcp({ url: resourceAt(gateway, 'demo'), token });
    expect(answer.body['result']).toMatchObject({ structuredContent: { status: 'verified', client: cli, org: system.org, project: system.project } });
  }
}
