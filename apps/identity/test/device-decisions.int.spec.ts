import { eventually, verifies } from '@latchkey/testing';
import { FormBrowser, type Page } from './support/browser.ts';
import { post } from './support/client.ts';
import { admin, demo, startTestIdentity, type TestIdentity } from './support/identity.ts';

const cli = 'latchkey-cli';

describe('decisions on the code of a device', () => {
  let identity: TestIdentity;
  beforeAll(async () => {
    identity = await startTestIdentity({ variables: { LATCHKEY_DEVICE_POLL_SECONDS: '1' } });
  }, 60_000);
  afterAll(() => identity.stop());

  // Once, and with ten: the limit on codes that are entered from one address leaves no room for more.
  verifies(['I13', 'AS-55'], 'of ten who come as far as the last page with one code, and answer at the same moment, one is heard', async () => {
    const { issuer } = identity;
    const begun = await post(issuer, '/oauth/device', { client_id: cli, resource: demo, scope: 'mcp:read' });
    const { device_code: deviceCode, user_code: userCode } = begun.body as unknown as { device_code: string; user_code: string };
    const browsers = Array.from({ length: 10 }, () => new FormBrowser(issuer));
    // All see the page that compares before any goes on.
    const compared = await Promise.all(browsers.map(async (browser) => browser.submit(await browser.open('/device'), /\/device$/, { user_code: userCode })));
    const confirmed = await Promise.all(browsers.map((browser, at) => browser.submit(compared[at]!, /\/device$/, { confirm: 'yes' })));
    const asked: [FormBrowser, Page][] = [];
    for (const [at, page] of confirmed.entries()) {
      if (!/action="[^"]*\/login"/.test(page.text)) continue;
      const consent = await browsers[at]!.submit(page, /\/login$/, { email: admin.email, password: admin.password });
      if (consent.text.includes('>Allow</button>')) asked.push([browsers[at]!, consent]);
    }
    expect(asked.length).toBeGreaterThan(0);
    const answers = await Promise.all(asked.map(([browser, page], at) => browser.submit(page, /\/consent$/, { decision: at % 2 === 0 ? 'allow' : 'deny' })));
    const heard = answers.filter(({ text }) => /Your device is connected|<h1>Refused/.test(text));
    expect(heard).toHaveLength(1);
    const told = await eventually(async () => {
      const { body } = await post(issuer, '/oauth/token', { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', client_id: cli, device_code: deviceCode });
      return body.error === 'authorization_pending' || body.error === 'slow_down' ? false : body;
    });
    expect(told.error ?? 'none').toBe(heard[0]!.text.includes('Refused') ? 'access_denied' : 'none');
  }, 60_000);
});
