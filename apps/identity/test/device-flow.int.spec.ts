import { createHash } from 'node:crypto';
import { eventually, verifies } from '@latchkey/testing';
import { decodeJwt } from 'jose';
import { startAsker, startWithGateway, type Caller } from './support/asker.ts';
import { FormBrowser, type Page } from './support/browser.ts';
import { post, refresh, registered, type TokenAnswer } from './support/client.ts';
import { admin, demo, gateway } from './support/identity.ts';
import { person, userId } from './support/people.ts';

const grantType = 'urn:ietf:params:oauth:grant-type:device_code';
const cli = 'latchkey-cli';

interface Started {
  device_code: string;
  user_code: string;
  verification_uri: string;
  verification_uri_complete: string;
  expires_in: number;
  interval: number;
}

describe('the device flow', () => {
  let world: Awaited<ReturnType<typeof startWithGateway>>;
  let asker: Awaited<ReturnType<typeof startAsker>>;
  let issuer: string;
  let owner: Caller;

  beforeAll(async () => {
    world = await startWithGateway({ variables: { LATCHKEY_DEVICE_POLL_SECONDS: '1' } });
    issuer = world.identity.issuer;
    asker = await startAsker(world.identity);
    owner = { sub: await userId(world.identity, admin.email), org: 'acme', scope: 'org:read org:admin keys:write', roles: { org: 'owner', projects: {} } };
  }, 60_000);
  afterAll(() => world.stop());

  const begin = (form: Record<string, string> = {}) => post(issuer, '/oauth/device', { client_id: cli, resource: `${demo}/`, scope: 'mcp:read mcp:execute nonsense', ...form }, { 'user-agent': 'the-terminal/1' });
  const started = async (form: Record<string, string> = {}): Promise<Started> => {
    const { status, body } = await begin(form);
    expect([status, body.error_description]).toEqual([200, undefined]);
    return body as unknown as Started;
  };
  const poll = (code: string, form: Record<string, string> = {}) => post(issuer, '/oauth/token', { grant_type: grantType, client_id: cli, device_code: code, ...form });
  /** As a device does that keeps asking. */
  const outcome = (code: string): Promise<TokenAnswer> =>
    eventually(async () => {
      const answer = await poll(code);
      return answer.body.error === 'authorization_pending' || answer.body.error === 'slow_down' ? false : answer;
    });

  const credentials = { email: admin.email, password: admin.password };
  const compare = async (browser: FormBrowser, { user_code: code }: Started): Promise<Page> => browser.submit(await browser.open('/device'), /\/device$/, { user_code: code.toLowerCase() });
  const toConsent = async (browser: FormBrowser, code: Started, as = credentials): Promise<Page> => {
    const page = await browser.submit(await compare(browser, code), /\/device$/, { confirm: 'yes' });
    return /action="[^"]*\/login"/.test(page.text) ? browser.submit(page, /\/login$/, as) : page;
  };

  verifies('I13', 'a person enters the code, compares it, signs in and allows; the device gets its tokens, and only once', async () => {
    const code = await started();
    expect(code).toEqual({
      device_code: expect.stringMatching(/^[\w-]{40,}$/) as string,
      user_code: expect.stringMatching(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/) as string,
      verification_uri: `${issuer}/device`,
      verification_uri_complete: `${issuer}/device?user_code=${code.user_code}`,
      expires_in: 600,
      interval: 1,
    });
    expect((await poll(code.device_code)).body.error).toBe('authorization_pending');
    const browser = new FormBrowser(issuer);
    const page = await compare(browser, code);
    for (const text of [code.user_code, 'Latchkey command line', '127.0.0.1', 'the-terminal/1', 'Go on only if you started this yourself']) expect(page.text).toContain(text);
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    const signIn = await browser.submit(page, /\/device$/, { confirm: 'yes' });
    const consent = await browser.submit(signIn, /\/login$/, credentials);
    for (const text of ['a device that asked from <strong>127.0.0.1</strong>', 'Latchkey command line', demo, 'Whoever holds that device']) expect(consent.text).toContain(text);
    expect(consent.text).not.toContain('without this page');
    expect((await browser.submit(consent, /\/consent$/, { decision: 'allow' })).text).toContain('Your device is connected');

    const { status, body } = await outcome(code.device_code);
    expect(status).toBe(200);
    const claims = decodeJwt<{ gid: string }>(body.access_token!);
    expect(claims).toMatchObject({ sub: owner.sub, client_id: cli, aud: demo, org: 'acme', scope: 'mcp:read mcp:execute', sid: expect.any(String) as string });
    const next = await refresh(issuer, cli, body.refresh_token!);
    expect(next.status).toBe(200);
    expect((await world.call('GET', `/v1/grants/${claims.gid}`, owner)).body).toMatchObject({ origin: 'device', client: { id: cli, kind: 'registered', redirect: null } });
    expect(await asker.isActive(next.body.access_token!)).toBe(true);

    // AS-54: a code that is used once more, later, ends what came of it.
    expect((await outcome(code.device_code)).body.error).toBe('invalid_grant');
    expect(await asker.isActive(next.body.access_token!)).toBe(false);
  });

  verifies('I13', 'who refuses, at either page, refuses for the device too', async () => {
    const [one, two] = [await started(), await started()];
    const browser = new FormBrowser(issuer);
    expect((await browser.submit(await compare(browser, one), /\/device$/, { abort: 'yes' })).text).toContain('Refused');
    expect((await outcome(one.device_code)).body.error).toBe('access_denied');
    const consent = await toConsent(browser, two);
    expect((await browser.submit(consent, /\/consent$/, { decision: 'deny' })).text).toContain('Refused');
    expect((await outcome(two.device_code)).body.error).toBe('access_denied');
    for (const code of [one, two]) expect((await compare(browser, code)).text).toMatch(/used already|no such code/);
  });

  verifies('I13', 'asks again for a device that was allowed before, with the organization to choose, and for an account without a role gives nothing', async () => {
    const browser = new FormBrowser(issuer);
    for (let round = 0; round < 2; round += 1) expect((await toConsent(browser, await started())).text).toContain('>Allow</button>');
    const code = await started();
    const nobody = await person(world.identity, 'nobody@example.com');
    const other = new FormBrowser(issuer);
    const page = await toConsent(other, code, nobody);
    expect(page.text).not.toContain('>Allow</button>');
    expect((await other.submit(page, /\/consent$/, { decision: 'allow', org: 'acme' })).status).toBe(422);
    expect((await poll(code.device_code)).body.error).toBe('authorization_pending');
  });

  verifies('I13', 'a code in the address is shown, and sent by nobody but the person', async () => {
    const code = await started();
    const browser = new FormBrowser(issuer);
    const page = await browser.open(code.verification_uri_complete);
    expect(page.text).toContain(`value="${code.user_code}"`);
    expect(page.text).not.toMatch(/<script|onload/);
    expect((await browser.open('/device?user_code=%22%3E%3Cscript%3E')).text).not.toContain('<script');
    // A form from elsewhere has no secret of this browser's session.
    const forged = await browser.open('/device', { method: 'POST', body: new URLSearchParams({ user_code: code.user_code, confirm: 'yes' }) });
    expect(forged.status).toBe(400);
    const foreign = await new FormBrowser(issuer).open('/device', { method: 'POST', body: new URLSearchParams({ user_code: code.user_code, confirm: 'yes', xsrf: /name="xsrf" value="([^"]+)"/.exec(page.text)![1]! }) });
    expect(foreign.status).toBe(400);
    expect((await poll(code.device_code)).body.error).toBe('authorization_pending');
  });

  verifies('I13', 'two people who answer one code: the second is told that it was used', async () => {
    const code = await started();
    const [one, two] = [new FormBrowser(issuer), new FormBrowser(issuer)];
    // Both have the page that compares before either goes on.
    const pages = [await compare(one, code), await compare(two, code)];
    const first = await one.submit(pages[0]!, /\/device$/, { confirm: 'yes' });
    expect((await two.submit(pages[1]!, /\/device$/, { confirm: 'yes' })).text).toContain('used already');
    await one.submit(await one.submit(first, /\/login$/, credentials), /\/consent$/, { decision: 'allow' });
    expect((await outcome(code.device_code)).status).toBe(200);
  });

  verifies(['I11', 'I13'], 'our own command line is let in where an organization lets in registered or trusted programs only, sensitive scopes included', async () => {
    const { dataSource } = world.identity;
    for (const clients of ['registered', 'trusted']) {
      await dataSource.query("INSERT INTO organization_policies (org, policy, revision) VALUES ('acme', $1, 1) ON CONFLICT (org) DO UPDATE SET policy = excluded.policy", [JSON.stringify({ clients, sensitiveScopesTrustedOnly: true })]);
      try {
        const code = await started({ resource: `${gateway}/v1`, scope: 'keys:write' });
        const browser = new FormBrowser(issuer);
        await browser.submit(await toConsent(browser, code), /\/consent$/, { decision: 'allow', org: 'acme' });
        const { status, body } = await outcome(code.device_code);
        expect([clients, status, body.scope]).toEqual([clients, 200, 'keys:write']);
        expect((await refresh(issuer, cli, body.refresh_token!)).body.scope).toBe('keys:write');
      } finally {
        await dataSource.query("DELETE FROM organization_policies WHERE org = 'acme'");
      }
    }
  });

  verifies('AS-21', 'only clients with our mark may begin or end it', async () => {
    const { client_id: dynamic } = await registered(issuer, { grant_types: ['authorization_code', grantType] });
    expect((await begin({ client_id: dynamic })).body.error_description).toMatch(/not allowed for this client/);
    await world.identity.dataSource.query(`UPDATE clients SET metadata = jsonb_set(metadata, '{grant_types}', $1) WHERE id = $2`, [JSON.stringify([grantType]), dynamic]);
    const { body } = await begin({ client_id: dynamic });
    const browser = new FormBrowser(issuer);
    expect((await compare(browser, body as unknown as Started)).text).toContain('This did not work');
    expect((await post(issuer, '/oauth/token', { grant_type: grantType, client_id: dynamic, device_code: (body as unknown as Started).device_code })).body.error).toBe('unauthorized_client');
    const own = await started();
    expect((await post(issuer, '/oauth/token', { grant_type: grantType, client_id: dynamic, device_code: own.device_code })).status).toBe(400);
  });

  verifies('I13', 'refuses unknown, expired and mistyped codes, too much haste, and guessing', async () => {
    const code = await started();
    await poll(code.device_code);
    expect((await poll(code.device_code)).body.error).toBe('slow_down');
    expect((await poll('unknown')).body.error).toBe('invalid_grant');
    // What the database holds of a code does not do for it (AS-57).
    const hash = createHash('sha256').update((await started()).device_code).digest('base64url');
    for (const stolen of [`row:${hash}`, hash]) expect((await poll(stolen)).body.error).toBe('invalid_grant');
    await world.identity.dataSource.query("UPDATE artifacts SET expires_at = now() - interval '1 second' WHERE kind = 'DeviceCode'");
    expect((await outcome(code.device_code)).body.error).toMatch(/expired_token|invalid_grant/);
    expect((await begin({ resource: 'https://elsewhere.example' })).body.error).toBe('invalid_target');
    const browser = new FormBrowser(issuer);
    const page = await browser.open('/device');
    expect((await browser.submit(page, /\/device$/, { user_code: '' })).text).toContain('Enter the code first');
    const statuses: number[] = [];
    for (let guess = 0; guess < 25; guess += 1) statuses.push((await browser.submit(page, /\/device$/, { user_code: 'BBBB-BBBB' })).status);
    expect(statuses.at(-1)).toBe(429);
  });
});
