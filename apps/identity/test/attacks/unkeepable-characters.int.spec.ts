import { FormBrowser } from '../support/browser.ts';
import { authorizeUrl, pkce, registered, throughPages } from '../support/client.ts';
import { admin, startTestIdentity, type TestIdentity } from '../support/identity.ts';

const callback = 'https://app.example/callback';
const asked = [
  'client_id', 'redirect_uri', 'resource', 'scope', 'state', 'nonce', 'prompt', 'login_hint', 'code_challenge', 'ui_locales', 'claims', 'request_uri', 'dpop_jkt', 'response_mode', 'acr_values', 'id_token_hint',
];
const redeemed = [
  'client_id', 'grant_type', 'code', 'refresh_token', 'redirect_uri', 'code_verifier', 'resource', 'scope', 'state', 'client_secret', 'client_assertion', 'client_assertion_type', 'device_code', 'subject_token', 'assertion', 'token',
];
const grants = ['authorization_code', 'refresh_token', 'client_credentials', 'urn:ietf:params:oauth:grant-type:device_code', 'urn:ietf:params:oauth:grant-type:token-exchange', 'urn:ietf:params:oauth:grant-type:jwt-bearer'];

/** What no text of Postgres can hold (RFC 6749 appendix A allows it nowhere): a refusal, and never a failure of ours. */
describe('a character that nobody can keep, a NUL first of all', () => {
  let identity: TestIdentity;
  let client: string;
  let browser: FormBrowser;
  beforeAll(async () => {
    identity = await startTestIdentity();
    client = (await registered(identity.issuer, { redirect_uris: [callback] })).client_id;
    browser = new FormBrowser(identity.issuer);
    const page = await throughPages(browser, await browser.open(authorizeUrl(identity.issuer, client, { code_challenge: pkce().challenge, redirect_uri: callback })), 'allow', admin);
    expect(page.left?.searchParams.has('code')).toBe(true);
  }, 60_000);
  afterAll(() => identity.stop());
  const failures = (): number => identity.log.filter((line) => /"level":50/.test(line)).length;

  it.each(asked)('of an authorization, in %s', async (name) => {
    const url = new URL(authorizeUrl(identity.issuer, client, { code_challenge: pkce().challenge, redirect_uri: callback }));
    const form = new URLSearchParams(url.searchParams);
    url.searchParams.set(name, `${url.searchParams.get(name) ?? ''}\0`);
    for (const whose of [browser, new FormBrowser(identity.issuer)]) {
      const page = await whose.open(url.href);
      expect([page.status, page.text]).toEqual([400, expect.stringContaining('invalid_request')]);
    }
    form.set(name, `${form.get(name) ?? ''}\0`);
    expect((await fetch(`${identity.issuer}/oauth/par`, { method: 'POST', body: form })).status).toBe(400);
    expect(failures()).toBe(0);
  });

  it.each(redeemed)('of a token, in %s', async (name) => {
    for (const grant of grants) {
      const form = new URLSearchParams({
        grant_type: grant, client_id: client, code: 'x', refresh_token: 'x', redirect_uri: callback, code_verifier: pkce().verifier, device_code: 'x', assertion: 'x', token: 'x',
        subject_token: 'x', subject_token_type: 'urn:ietf:params:oauth:token-type:access_token', scope: 'mcp:read',
      });
      form.set(name, `${form.get(name) ?? ''}\0`);
      const statuses = await Promise.all(['token', 'introspect', 'revoke', 'par', 'device'].map(async (path) => [path, (await fetch(`${identity.issuer}/oauth/${path}`, { method: 'POST', body: form })).status] as const));
      expect(statuses.filter(([, status]) => status !== 400)).toEqual([]);
    }
  });

  it.each(['\0', '\ud800', '\udc00'])('of a registration, and half of a character: %j', async (character) => {
    const filled = { client_name: character, redirect_uris: [`https://app.example/${character}`], scope: character, client_uri: `https://app.example/${character}`, software_id: character, contacts: [character], 'client_name#de': character, [character]: 'x' };
    for (const [name, value] of Object.entries(filled)) {
      const body = JSON.stringify({ client_name: 'Test', redirect_uris: [callback], token_endpoint_auth_method: 'none', [name]: value });
      const { status } = await fetch(`${identity.issuer}/oauth/clients/register`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
      expect({ [name]: status }).toEqual({ [name]: 400 });
    }
    expect(failures()).toBe(0);
  });

  it('of a client that names itself in a header', async () => {
    const authorization = `Basic ${Buffer.from('a%00b:secret').toString('base64')}`;
    const answer = await fetch(`${identity.issuer}/oauth/token`, { method: 'POST', headers: { authorization }, body: new URLSearchParams({ grant_type: 'client_credentials' }) });
    expect([answer.status, await answer.json()]).toEqual([400, expect.objectContaining({ error: 'invalid_request' })]);
    expect(failures()).toBe(0);
  });

  it('of a client that an assertion names', async () => {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = { iss: 'a\0b', sub: 'a\0b', aud: identity.issuer, jti: 'j', exp: Math.floor(Date.now() / 1000) + 60 };
    const form = new URLSearchParams({
      grant_type: 'client_credentials', client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', client_assertion: `${part({ alg: 'ES256' })}.${part(claims)}.${'A'.repeat(86)}`,
    });
    const answer = await fetch(`${identity.issuer}/oauth/token`, { method: 'POST', body: form });
    expect([answer.status, await answer.json()]).toEqual([401, expect.objectContaining({ error: 'invalid_client' })]);
    expect(failures()).toBe(0);
  });

  it('is none where it is spelled out and not meant, nor is a whole character that is escaped', async () => {
    for (const name of [String.raw`six letters: \\u0000`, String.raw`six letters: \\ud800`, String.raw`escaped: \ud83d\ude00`]) {
      const body = `{"client_name":"${name}","redirect_uris":["${callback}"],"token_endpoint_auth_method":"none"}`;
      const answer = await fetch(`${identity.issuer}/oauth/clients/register`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
      expect([answer.status, ((await answer.json()) as { client_name: string }).client_name]).toEqual([201, JSON.parse(`"${name}"`)]);
    }
  });
});
