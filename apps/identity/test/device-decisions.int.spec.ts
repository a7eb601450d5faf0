import { eventually, verifies } from '@latchkey/testing';
import { FormBrowser, type Page } from './support/browser.ts';
import { post, refresh } from './support/client.ts';
import { admin, demo, startTestIdentity, type TestIdentity } from './support/identity.ts';

const cli = 'latchkey-cli';

describe('decisions on the code of a device', () => {
  let identity: TestIdentity;
  beforeAll(async () => {
    identity = await startTestIdentity({ variables: { LATCHKEY_DEVICE_POLL_SECONDS: '1', LATCHKEY_TRUSTED_PROXIES: '127.0.0.1, ::1' } });
  }, 60_000);
  afterAll(() => identity.stop());

  const credentials = { email: admin.email, password: admin.password };
  const ten = Array.from({ length: 10 }, (_, at) => at);
  /** Of another address each time: codes that are entered from one are few. */
  const browsersAt = (place: number) => ten.map((at) => new FormBrowser(identity.issuer, { 'x-forwarded-for': `198.51.${place}.${at}` }));
  const begin = async () => (await post(identity.issuer, '/oauth/device', { client_id: cli, resource: demo, scope: 'mcp:read' })).body as unknown as { device_code: string; user_code: string };
  const poll = (code: string) => post(identity.issuer, '/oauth/token', { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', client_id: cli, device_code: code });
  const outcome = (code: string) =>
    eventually(async () => {
      const answer = await poll(code);
      return answer.body.error === 'authorization_pending' || answer.body.error === 'slow_down' ? false : answer;
    });
  const compare = async (browser: FormBrowser, code: string): Promise<Page> => browser.submit(await browser.open('/device'), /\/device$/, { user_code: code });

  verifies(['I13', 'AS-55'], 'of ten who come as far as the last page with one code, and answer at the same moment, one is heard (10 times)', async () => {
    // Each signs in once, on its first way to the last page.
    const browsers = browsersAt(1);
    for (const round of ten) {
      const { device_code: deviceCode, user_code: userCode } = await begin();
      // All see the page that compares before any goes on.
      const compared = await Promise.all(browsers.map((browser) => compare(browser, userCode)));
      const confirmed = await Promise.all(browsers.map((browser, at) => browser.submit(compared[at]!, /\/device$/, { confirm: 'yes' })));
      const asked: [FormBrowser, Page][] = [];
      for (const [at, page] of confirmed.entries()) {
        const consent = /action="[^"]*\/login"/.test(page.text) ? await browsers[at]!.submit(page, /\/login$/, credentials) : page;
        if (consent.text.includes('>Allow</button>')) asked.push([browsers[at]!, consent]);
      }
      expect(asked.length).toBeGreaterThan(0);
      const answers = await Promise.all(asked.map(([browser, page], at) => browser.submit(page, /\/consent$/, { decision: (at + round) % 2 === 0 ? 'allow' : 'deny' })));
      const heard = answers.filter(({ text }) => /Your device is connected|<h1>Refused/.test(text));
      expect(heard).toHaveLength(1);
      expect((await outcome(deviceCode)).body.error ?? 'none').toBe(heard[0]!.text.includes('Refused') ? 'access_denied' : 'none');
    }
  }, 120_000);

  verifies(['I13', 'AS-55'], 'of ten requests with one allowed code one gets tokens, and they stay good (10 times)', async () => {
    const [browser] = browsersAt(99);
    for (const _round of ten) {
      const { device_code: deviceCode, user_code: userCode } = await begin();
      const page = await browser!.submit(await compare(browser!, userCode), /\/device$/, { confirm: 'yes' });
      const consent = /action="[^"]*\/login"/.test(page.text) ? await browser!.submit(page, /\/login$/, credentials) : page;
      await browser!.submit(consent, /\/consent$/, { decision: 'allow' });
      const answers = await Promise.all(ten.map(() => poll(deviceCode)));
      const winners = answers.filter(({ status }) => status === 200);
      expect(winners.length).toBeLessThanOrEqual(1);
      expect(answers.filter(({ status }) => status !== 200).map(({ body }) => body.error)).toEqual(expect.arrayContaining(['slow_down']));
      const winner = winners[0] ?? (await outcome(deviceCode));
      expect((await refresh(identity.issuer, cli, winner.body.refresh_token!)).status).toBe(200);
    }
  }, 120_000);
});
