import { verifies } from '@latchkey/testing';
import { FormBrowser, type Page } from './support/browser.ts';
import { authorizeUrl, loopback, pkce, registered, throughPages } from './support/client.ts';
import { gateway, startTestIdentity, type TestIdentity } from './support/identity.ts';

type Params = Record<string, string | undefined>;

/** What a client gets back of a request, at its redirect or in the form that is posted there. */
function answerOf({ left, text }: Page): URLSearchParams | undefined {
  if (left !== undefined) return left.search === '' ? new URLSearchParams(left.hash.slice(1)) : left.searchParams;
  const fields = [...text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(([, name, value]) => [name!, value!] as [string, string]);
  return fields.some(([name]) => name === 'iss') ? new URLSearchParams(fields) : undefined;
}

describe('iss in every answer to an authorization request (RFC 9207)', () => {
  let identity: TestIdentity;
  let clientId: string;
  /** Of a client on the web a yes is remembered; a native one asks each time. */
  let remembered: Params;
  let signedIn: FormBrowser;
  beforeAll(async () => {
    identity = await startTestIdentity();
    clientId = (await registered(identity.issuer)).client_id;
    const web = await registered(identity.issuer, { redirect_uris: ['https://app.example/cb'] });
    remembered = { client_id: web.client_id, redirect_uri: 'https://app.example/cb', scope: 'mcp:read' };
    signedIn = new FormBrowser(identity.issuer);
    await throughPages(signedIn, await ask(remembered, signedIn));
  }, 60_000);
  afterAll(() => identity.stop());

  const ask = (params: Params, browser = new FormBrowser(identity.issuer)): Promise<Page> =>
    browser.open(authorizeUrl(identity.issuer, clientId, { code_challenge: pkce().challenge, ...params }));
  const expectAnswer = (page: Page, error: string | null): void => {
    const answer = answerOf(page);
    expect({ error: answer?.get('error'), iss: answer?.getAll('iss'), state: answer?.get('state'), code: answer?.has('code') })
      .toEqual({ error, iss: [identity.issuer], state: 's1', code: error === null });
  };

  /** All ways out of a request that end at the client's redirect, but for the device flow, which has none. */
  const refusals: [string, Params, string][] = [
    ['login_required', { prompt: 'none' }, 'login_required'],
    ['an unknown resource', { resource: `${gateway}/mcp/unknown` }, 'invalid_target'],
    ['a resource with a fragment', { resource: `${gateway}/mcp/demo#x` }, 'invalid_target'],
    ['another response type', { response_type: 'id_token' }, 'unsupported_response_type'],
    ['no response type', { response_type: undefined }, 'invalid_request'],
    ['no PKCE', { code_challenge: undefined, code_challenge_method: undefined }, 'invalid_request'],
    ['plain PKCE', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['prompts that contradict each other', { prompt: 'none login' }, 'invalid_request'],
    ['an unknown prompt', { prompt: 'nonsense' }, 'invalid_request'],
    ['a max_age that is no number', { scope: 'openid', max_age: 'x' }, 'invalid_request'],
    ['a hint that is no ID token', { scope: 'openid', id_token_hint: 'a.b.c' }, 'invalid_request'],
    ['a request object', { request: 'a.b.c' }, 'request_not_supported'],
    ['a request_uri elsewhere', { request_uri: 'https://evil.example/r' }, 'request_uri_not_supported'],
    ['registration by parameter', { registration: '{}' }, 'registration_not_supported'],
  ];
  it.each(refusals)('[AS-30] %s', async (_what, params, error) => {
    expectAnswer(await ask(params), error);
  });

  verifies('AS-30', 'consent_required, for somebody who is signed in and has not said yes to this much', async () => {
    expectAnswer(await ask({ ...remembered, prompt: 'none', scope: 'mcp:read mcp:execute' }, signedIn), 'consent_required');
    expectAnswer(await ask({ prompt: 'none', scope: 'mcp:read' }, signedIn), 'interaction_required');
  });

  verifies('AS-30', 'access_denied, by the button', async () => {
    const browser = new FormBrowser(identity.issuer);
    expectAnswer(await throughPages(browser, await ask({}, browser), 'deny'), 'access_denied');
  });

  verifies('AS-30', 'a code: after the pages, and by a yes that is remembered', async () => {
    const browser = new FormBrowser(identity.issuer);
    expectAnswer(await throughPages(browser, await ask({}, browser)), null);
    expectAnswer(await ask({ ...remembered, prompt: 'none' }, signedIn), null);
  });

  it.each(['query', 'fragment', 'form_post'])('[AS-30] an error by response_mode=%s', async (mode) => {
    expectAnswer(await ask({ response_mode: mode, prompt: 'none' }), 'login_required');
  });

  verifies('AS-30', 'trouble of our own is a page of ours, and sends nobody anywhere without iss', async () => {
    await identity.dataSource.query('ALTER TABLE artifacts RENAME TO artifacts_away');
    try {
      const page = await ask({});
      expect([page.status, page.left]).toEqual([500, undefined]);
      expect(page.text).not.toContain(loopback);
      expect(page.text).not.toMatch(/artifacts|relation/);
    } finally {
      await identity.dataSource.query('ALTER TABLE artifacts_away RENAME TO artifacts');
    }
    expectAnswer(await ask({ prompt: 'none' }), 'login_required');
  });
});
