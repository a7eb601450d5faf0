import { verifies } from '@latchkey/testing';
import { decodeJwt } from 'jose';
import { AddMember } from '../src/organizations/add-member.ts';
import { CreateProject } from '../src/organizations/create-project.ts';
import { startAsker, startWithGateway, type Caller } from './support/asker.ts';
import { FormBrowser, type Page } from './support/browser.ts';
import { authorizeUrl, loopback, pkce, post, redeem, refresh, registered, throughPages } from './support/client.ts';
import { admin, gateway } from './support/identity.ts';
import { person, tenant, userId } from './support/people.ts';

const callback = 'https://app.example/callback';

describe('remembered consent', () => {
  let world: Awaited<ReturnType<typeof startWithGateway>>;
  let asker: Awaited<ReturnType<typeof startAsker>>;
  let issuer: string;
  let owner: Caller;

  beforeAll(async () => {
    world = await startWithGateway();
    issuer = world.identity.issuer;
    asker = await startAsker(world.identity);
    owner = { sub: await userId(world.identity, admin.email), org: 'acme', scope: 'org:read org:admin keys:write', roles: { org: 'owner', projects: {} } };
  }, 60_000);
  afterAll(() => world.stop());

  const web = async (more: Record<string, unknown> = {}) => (await registered(issuer, { redirect_uris: [callback], ...more })).client_id;
  const ask = (browser: FormBrowser, client: string, params: Record<string, string> = {}): Promise<Page> =>
    browser.open(authorizeUrl(issuer, client, { code_challenge: pkce().challenge, redirect_uri: callback, ...params }));
  const asksToAllow = (page: Page) => page.text.includes('>Allow</button>');

  /** Signs in and says yes once. */
  async function allowed(client: string, params: Record<string, string> = {}, as?: { email: string; password: string }): Promise<FormBrowser> {
    const browser = new FormBrowser(issuer);
    const page = await throughPages(browser, await ask(browser, client, params), 'allow', as);
    expect(page.left?.searchParams.has('code')).toBe(true);
    return browser;
  }

  async function tokensOf(browser: FormBrowser, client: string) {
    const { verifier, challenge } = pkce();
    const { left } = await browser.open(authorizeUrl(issuer, client, { code_challenge: challenge, redirect_uri: callback }));
    const answer = await redeem(issuer, client, { code: left!.searchParams.get('code')!, verifier, redirectUri: callback, answer: left! });
    return answer.body as { access_token: string; refresh_token: string };
  }

  verifies('I5', 'a second request for the same is answered without a page', async () => {
    const client = await web();
    const browser = new FormBrowser(issuer);
    const first = await ask(browser, client);
    const consent = await browser.submit(first, /\/login$/, { email: admin.email, password: admin.password });
    expect(consent.text).toContain('can connect again for 90 days without this page');
    await browser.submit(consent, /\/consent$/, { decision: 'allow' });
    const again = await ask(browser, client);
    expect([again.left?.origin, again.left?.searchParams.has('code'), again.left?.searchParams.get('iss')]).toEqual(['https://app.example', true, issuer]);
    expect((await ask(browser, client, { scope: 'mcp:read' })).left?.searchParams.has('code')).toBe(true);
    expect((await ask(browser, client, { prompt: 'none' })).left?.searchParams.has('code')).toBe(true);
  });

  verifies('AS-14', 'what is remembered is a yes and never a grant: each connection is one of its own, and ends alone', async () => {
    const client = await web();
    const browser = await allowed(client);
    const [one, other] = [await tokensOf(browser, client), await tokensOf(browser, client)];
    const [first, second] = [one, other].map(({ access_token: token }) => decodeJwt<{ gid: string; org: string; scope: string }>(token));
    expect(first!.gid).not.toBe(second!.gid);
    expect(second).toMatchObject({ org: 'acme', scope: 'mcp:read mcp:execute' });
    const shown = await world.call('GET', `/v1/grants/${first!.gid}`, owner);
    expect(shown.body).toMatchObject({ origin: 'remembered', client: { redirect: 'https://app.example' } });
    // A stolen token, used twice and out of the window, ends its own family.
    await world.identity.dataSource.query("UPDATE artifacts SET consumed_at = now() - interval '1 hour' WHERE kind = 'RefreshToken' AND grant_id = $1", [first!.gid]);
    expect((await refresh(issuer, client, one.refresh_token)).body.error).toBe('invalid_grant');
    expect(await asker.isActive(one.access_token)).toBe(false);
    expect(await asker.isActive(other.access_token)).toBe(true);
  });

  verifies('AS-34', 'prompt=consent asks all the same, and says that it was allowed before', async () => {
    const client = await web();
    const browser = await allowed(client);
    for (let round = 0; round < 2; round += 1) {
      const page = await ask(browser, client, { prompt: 'consent' });
      expect([asksToAllow(page), page.text.includes('You allowed this before, on ')]).toEqual([true, true]);
      expect((await browser.submit(page, /\/consent$/, { decision: 'allow' })).left?.searchParams.has('code')).toBe(true);
    }
    expect(asksToAllow(await ask(browser, client, { prompt: 'login' }))).toBe(false);
  });

  verifies('I5', 'asks for more, for another resource, another client, another account, and before it is silent to nobody', async () => {
    const client = await web({ redirect_uris: [callback, 'https://other.example/callback'] });
    const browser = await allowed(client, { scope: 'mcp:read' });
    expect(asksToAllow(await ask(browser, client))).toBe(true);
    expect(asksToAllow(await ask(browser, client, { scope: 'mcp:read openid' }))).toBe(true);
    expect(asksToAllow(await ask(browser, client, { scope: 'mcp:read', resource: `${gateway}/mcp` }))).toBe(true);
    expect(asksToAllow(await ask(browser, client, { scope: 'mcp:read', redirect_uri: 'https://other.example/callback' }))).toBe(true);
    expect(asksToAllow(await ask(browser, await web(), { scope: 'mcp:read' }))).toBe(true);
    expect((await ask(browser, await web(), { scope: 'mcp:read', prompt: 'none' })).left?.searchParams.get('error')).toBe('consent_required');
    const mia = await person(world.identity, 'mia@example.com', { org: 'acme', role: 'member', projects: { prod: 'viewer' } });
    const hers = await allowed(await web(), {}, mia);
    expect(asksToAllow(await ask(hers, client, { scope: 'mcp:read' }))).toBe(true);
  });

  verifies('I5', 'asks again when a role has grown, for what is given now was not allowed then', async () => {
    const vera = await person(world.identity, 'vera@example.com', { org: 'acme', role: 'member', projects: { prod: 'viewer' } });
    const client = await web();
    const browser = await allowed(client, {}, vera);
    expect((await ask(browser, client)).left).toBeDefined();
    await world.identity.running.app.get(AddMember).run({ userId: vera.id, org: 'acme', role: 'member', projects: { prod: 'contributor' } });
    expect(asksToAllow(await ask(browser, client))).toBe(true);
    await world.identity.running.app.get(AddMember).run({ userId: vera.id, org: 'acme', role: 'member' });
    expect(asksToAllow(await ask(browser, client))).toBe(false);
  });

  verifies('I5', 'never goes on alone to a port of this computer, to an app, or to what administers Latchkey', async () => {
    const native = (await registered(issuer)).client_id;
    const browser = await allowed(native, { redirect_uri: loopback });
    const page = await ask(browser, native, { redirect_uri: 'http://127.0.0.1:50001/callback' });
    expect([asksToAllow(page), page.text.includes('You allowed this before'), page.text.includes('without this page')]).toEqual([true, true, false]);
    const app = (await registered(issuer, { redirect_uris: ['cursor://x/cb', callback] })).client_id;
    const other = await allowed(app);
    expect(asksToAllow(await ask(other, app))).toBe(true);
    const manager = await web();
    const third = await allowed(manager, { resource: `${gateway}/v1`, scope: 'org:read' });
    expect(asksToAllow(await ask(third, manager, { resource: `${gateway}/v1`, scope: 'org:read' }))).toBe(true);
  });

  describe('of single projects', () => {
    const platform = { resource: `${gateway}/mcp` };
    const some = (...project: string[]) => ({ decision: 'allow', reach: 'some', project });
    beforeAll(async () => {
      for (const slug of ['lab', 'shop']) await world.identity.running.app.get(CreateProject).run({ org: 'acme', slug, name: `The ${slug}` });
      const rival = await person(world.identity, 'rival-of-projects@example.com');
      await tenant(world.identity, 'rival', rival);
    });
    const boxes = ({ text }: Page) => [...text.matchAll(/type="checkbox" name="project" value="([^"]+)"( checked)?/g)].map(([, value, checked]) => `${value}${checked ?? ''}`);
    async function consent(client: string, params: Record<string, string> = platform, as: { email: string; password: string } = admin) {
      const browser = new FormBrowser(issuer);
      return { browser, page: await browser.submit(await ask(browser, client, params), /\/login$/, { email: as.email, password: as.password }) };
    }
    async function redeemed(browser: FormBrowser, client: string, params: Record<string, string>, fields?: Record<string, string | string[]>) {
      const { verifier, challenge } = pkce();
      let page = await browser.open(authorizeUrl(issuer, client, { code_challenge: challenge, redirect_uri: callback, ...params }));
      if (fields !== undefined) page = await browser.submit(page, /\/consent$/, fields);
      const { body } = await redeem(issuer, client, { code: page.left!.searchParams.get('code')!, verifier, redirectUri: callback, answer: page.left! });
      const claims = decodeJwt<{ gid: string; scope: string; projects?: string[] }>(body.access_token!);
      return { ...claims, refreshToken: body.refresh_token!, accessToken: body.access_token! };
    }

    verifies(['AS-90', 'I5'], 'the page lists those that the person has a part in, of that organization, where there is a choice at all', async () => {
      const client = await web();
      expect(boxes((await consent(client)).page)).toEqual(['acme/lab', 'acme/prod', 'acme/shop']);
      const pia = await person(world.identity, 'pia@example.com', { org: 'acme', role: 'member', projects: { lab: 'viewer', shop: 'contributor' } });
      await world.identity.running.app.get(AddMember).run({ userId: pia.id, org: 'rival', role: 'owner' });
      expect(boxes((await consent(client, platform, pia)).page)).toEqual(['acme/lab', 'acme/shop', 'rival/main']);
      expect(boxes((await consent(client, {})).page)).toEqual([]);
      // What is not offered is not to be had.
      const { browser, page } = await consent(client, platform, pia);
      for (const fields of [some('acme/prod'), some('rival/main'), some(), some('acme/lab', 'acme/prod'), { ...some('acme/lab'), reach: 'all' }, some('acme/__proto__')]) {
        const answer = await browser.submit(page, /\/consent$/, { ...fields, org: 'acme' });
        expect([fields, answer.status, answer.left]).toEqual([fields, 422, undefined]);
      }
      const kept = await browser.submit(page, /\/consent$/, { ...some('acme/lab', 'acme/shop'), reach: 'all', org: 'acme' });
      expect(boxes(kept)).toEqual(['acme/lab checked', 'acme/shop checked', 'rival/main']);
    });

    verifies(['AS-90', 'I5'], 'token, refreshed token and grant are kept to those that were chosen, and so is what is remembered, until more is wanted', async () => {
      const client = await web();
      const { browser, page } = await consent(client);
      expect((await browser.submit(page, /\/consent$/, some('acme/lab', 'acme/shop'))).left?.searchParams.has('code')).toBe(true);
      // A second time without a page: the same projects, and no others.
      const silent = await redeemed(browser, client, platform);
      expect(silent.projects).toEqual(['lab', 'shop']);
      expect(decodeJwt((await refresh(issuer, client, silent.refreshToken)).body.access_token!)['projects']).toEqual(['lab', 'shop']);
      expect((await world.call('GET', `/v1/grants/${silent.gid}`, owner)).body).toMatchObject({ projects: ['lab', 'shop'], origin: 'remembered' });
      expect((await asker.introspect(silent.accessToken)).body).toMatchObject({ active: true, projects: ['lab', 'shop'] });
      const exchanged = await post(issuer, '/oauth/token', { grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange', subject_token: silent.accessToken, subject_token_type: 'urn:ietf:params:oauth:token-type:access_token' });
      expect(decodeJwt(exchanged.body.access_token!)['projects']).toEqual(['lab', 'shop']);

      const again = await ask(browser, client, { ...platform, scope: 'mcp:read mcp:execute openid' });
      expect(asksToAllow(again)).toBe(true);
      expect(boxes(again)).toEqual(['acme/lab checked', 'acme/prod', 'acme/shop checked']);
      const wider = await redeemed(browser, client, { ...platform, prompt: 'consent' }, { decision: 'allow', reach: 'all', project: [] });
      expect(wider.projects).toBeUndefined();
      expect((await redeemed(browser, client, platform)).projects).toBeUndefined();
      const entries = await world.identity.dataSource.query<{ projects: unknown }[]>("SELECT event->'details'->'projects' AS projects FROM audit_events WHERE action = 'consent.allowed' AND event->'target'->>'id' = $1 ORDER BY at", [client]);
      expect(entries.map(({ projects }) => projects)).toEqual([['lab', 'shop'], ['lab', 'shop'], null, null]);
    });

    verifies(['AS-90', 'I5'], 'a yes to other projects takes the place of the first, and one to projects without a role left does not stand', async () => {
      const client = await web();
      const pam = await person(world.identity, 'pam@example.com', { org: 'acme', role: 'member', projects: { lab: 'contributor', shop: 'contributor' } });
      const { browser, page } = await consent(client, { ...platform, scope: 'mcp:read' }, pam);
      await browser.submit(page, /\/consent$/, some('acme/lab'));
      await redeemed(browser, client, { ...platform, scope: 'mcp:execute', prompt: 'consent' }, some('acme/shop'));
      // Reading was allowed in the other one only.
      expect(asksToAllow(await ask(browser, client, { ...platform, scope: 'mcp:read' }))).toBe(true);
      expect(asksToAllow(await ask(browser, client, { ...platform, scope: 'mcp:execute' }))).toBe(false);
      await world.identity.running.app.get(AddMember).run({ userId: pam.id, org: 'acme', role: 'member', projects: { lab: 'contributor' } });
      expect(asksToAllow(await ask(browser, client, { ...platform, scope: 'mcp:execute' }))).toBe(true);
    });

    verifies(['AS-90', 'AS-43'], 'whoever is kept to projects gets nothing that reaches beyond them: no keys, and the role of an administrator there', async () => {
      const client = await web();
      const wanted = { resource: `${gateway}/v1`, scope: 'servers:write keys:write org:admin org:read' };
      const { browser, page } = await consent(client, wanted);
      expect((await browser.submit(page, /\/consent$/, some('acme/lab'))).left).toBeDefined();
      const { scope, projects } = await redeemed(browser, client, wanted, some('acme/lab'));
      expect([scope.split(' ').sort(), projects]).toEqual([['org:admin', 'org:read', 'servers:write'], ['lab']]);
      const only = await consent(client, { ...wanted, scope: 'keys:write' });
      expect((await only.browser.submit(only.page, /\/consent$/, some('acme/lab'))).status).toBe(422);
    });
  });

  verifies('I5', 'is listed and forgotten by its owner, and gone when the program is disconnected or everything is revoked', async () => {
    const client = await web();
    const browser = await allowed(client);
    const list = async () => (await world.call('GET', '/v1/grants/remembered', owner)).body.items.filter((item) => (item.client as { id: string }).id === client);
    const [item] = await list();
    expect(item).toEqual({
      id: expect.any(String) as string,
      client: { id: client, name: 'Test', redirect: 'https://app.example' },
      org: 'acme',
      resource: `${gateway}/mcp/demo`,
      projects: null,
      scopes: ['mcp:read', 'mcp:execute'],
      createdAt: expect.any(String) as string,
      expiresAt: expect.any(String) as string,
    });
    const lea = await person(world.identity, 'lea@example.com', { org: 'acme', role: 'owner' });
    const other = { ...owner, sub: lea.id };
    expect((await world.call('GET', '/v1/grants/remembered', other)).body.items).toEqual([]);
    expect((await world.call('DELETE', `/v1/grants/remembered/${item!.id as string}`, other)).status).toBe(404);
    expect((await world.call('DELETE', `/v1/grants/remembered/${item!.id as string}`, { ...owner, scope: 'org:read' })).body.code).toBe('insufficient_scope');
    expect((await world.call('DELETE', `/v1/grants/remembered/${item!.id as string}`, owner)).status).toBe(200);
    expect(await list()).toEqual([]);
    let page = await ask(browser, client);
    expect(asksToAllow(page)).toBe(true);

    await browser.submit(page, /\/consent$/, { decision: 'allow' });
    const { access_token: token } = await tokensOf(browser, client);
    await world.identity.dataSource.query(
      `INSERT INTO consents (id, user_id, client_id, client_name, redirect, resource, org, scopes, expires_at)
       SELECT gen_random_uuid(), user_id, client_id, client_name, redirect, 'https://elsewhere.example/mcp', 'rival', scopes, expires_at FROM consents WHERE client_id = $1`,
      [client],
    );
    const elsewhere = () => world.identity.dataSource.query<{ org: string }[]>('SELECT org FROM consents WHERE client_id = $1', [client]);
    expect(await elsewhere()).toHaveLength(2);
    expect((await world.call('DELETE', `/v1/grants/${decodeJwt<{ gid: string }>(token).gid}`, owner)).status).toBe(200);
    page = await ask(browser, client);
    expect(asksToAllow(page)).toBe(true);
    // What was allowed in another organization is another matter.
    expect(await elsewhere()).toEqual([{ org: 'rival' }]);

    await browser.submit(page, /\/consent$/, { decision: 'allow' });
    await world.identity.dataSource.query('UPDATE users SET epoch = floor(extract(epoch FROM now())) WHERE id = $1', [owner.sub]);
    expect(asksToAllow(await ask(browser, client))).toBe(true);
    // Whole seconds, and a tie is dead: what the next test allows is not to be in this second.
    await world.identity.dataSource.query('UPDATE users SET epoch = NULL WHERE id = $1', [owner.sub]);
  });

  verifies('I9', 'the console shows what is connected, and disconnects it', async () => {
    const ida = await person(world.identity, 'ida@example.com', { org: 'acme', role: 'member', projects: { prod: 'contributor' } });
    const client = await web({ client_name: 'Ida\'s <i>tool</i>' });
    const { access_token: token } = await tokensOf(await allowed(client, {}, ida), client);
    const console = new FormBrowser(issuer);
    await console.submit(await console.open('/console/sign-in'), /sign-in$/, { email: ida.email, password: ida.password });
    let page = await console.open('/console/programs');
    expect(page.text).toContain('Ida&#39;s &lt;i&gt;tool&lt;/i&gt;');
    expect(page.text).toContain('https://app.example');
    const { gid } = decodeJwt<{ gid: string }>(token);
    // Without the token of the form, and with another's grant, nothing happens.
    expect((await console.open(`/console/programs/${gid}/revoke`, { method: 'POST', body: new URLSearchParams({}) })).status).toBe(403);
    const csrf = /name="_csrf" value="([^"]+)"/.exec(page.text)![1]!;
    const foreign = await tokensOf(await allowed(client), client);
    await console.open(`/console/programs/${decodeJwt<{ gid: string }>(foreign.access_token).gid}/revoke`, { method: 'POST', body: new URLSearchParams({ _csrf: csrf }) });
    expect([await asker.isActive(token), await asker.isActive(foreign.access_token)]).toEqual([true, true]);
    page = await console.submit(page, new RegExp(`${gid}/revoke$`), {});
    expect([page.status, page.text.includes('Disconnected')]).toEqual([200, true]);
    expect(await asker.isActive(token)).toBe(false);
    const other = await web();
    await allowed(other, {}, ida);
    page = await console.open('/console/programs');
    page = await console.submit(page, /\/forget$/, {});
    expect(page.text).toContain('You will be asked');
    expect((await new FormBrowser(issuer).open('/console/programs')).url).toContain('/console/sign-in');
  });
});
