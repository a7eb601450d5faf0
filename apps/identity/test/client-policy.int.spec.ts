import type { OrganizationPolicy } from '@latchkey/contracts';
import { verifies } from '@latchkey/testing';
import { decodeJwt } from 'jose';
import { AddMember } from '../src/organizations/add-member.ts';
import { CreateOrganization } from '../src/organizations/create-organization.ts';
import { FormBrowser, type Page } from './support/browser.ts';
import { authorize, authorizeUrl, pkce, post, redeem, refresh, registered } from './support/client.ts';
import { Documents } from './support/documents.ts';
import { admin, demo, gateway, startTestIdentity, type TestIdentity } from './support/identity.ts';

const claude = 'https://claude.ai/oauth/claude-code-client-metadata';
const stranger = 'https://stranger.example/client.json';
const app = 'https://app.example/cb';

describe('what organizations let clients do', () => {
  const outbound = new Documents();
  let identity: TestIdentity;
  beforeAll(async () => {
    for (const id of [claude, stranger]) outbound.documents.set(id, { client_id: id, client_name: 'Claude Code', redirect_uris: [app] });
    identity = await startTestIdentity({ outbound });
    const [user] = await identity.dataSource.query<{ id: string }[]>('SELECT id FROM users WHERE email = $1', [admin.email]);
    await identity.running.app.get(CreateOrganization).run({ slug: 'beta', name: 'Beta', owner: user!.id });
    await identity.running.app.get(AddMember).run({ userId: user!.id, org: 'acme', role: 'owner' });
  }, 60_000);
  afterAll(() => identity.stop());
  afterEach(() => identity.dataSource.query('DELETE FROM organization_policies'));

  const policy = (org: string, value: Partial<OrganizationPolicy>) =>
    identity.dataSource.query('INSERT INTO organization_policies (org, policy, revision) VALUES ($1, $2, 1) ON CONFLICT (org) DO UPDATE SET policy = excluded.policy', [org, JSON.stringify(value)]);

  const trust = (org: string, kind: 'client' | 'host', value: string) =>
    identity.dataSource.query('INSERT INTO trusted_clients (id, org, kind, value) VALUES (gen_random_uuid(), $1, $2, $3)', [org, kind, value]);

  /** A client as an organization's administrator registers it. */
  async function ofOrg(org: string, bounds: { scopes?: string[]; resources?: string[] } = {}): Promise<string> {
    const { client_id: id } = await registered(identity.issuer, { redirect_uris: [app] });
    await identity.dataSource.query('UPDATE clients SET origin = $2, org = $3, scopes = $4, resources = $5 WHERE id = $1', [id, 'registered', org, bounds.scopes ?? null, bounds.resources ?? null]);
    return id;
  }

  const platform = { resource: `${gateway}/mcp`, scope: 'mcp:read keys:write', redirect_uri: app };

  async function consentPage(clientId: string, params: Record<string, string>, browser = new FormBrowser(identity.issuer)): Promise<{ browser: FormBrowser; page: Page; verifier: string }> {
    const { challenge, verifier } = pkce();
    const page = await browser.open(authorizeUrl(identity.issuer, clientId, { code_challenge: challenge, ...params }));
    const next = await browser.submit(page, /\/login$/, { email: admin.email, password: admin.password });
    return { browser, page: next, verifier };
  }

  verifies(['I11', 'AS-12'], 'an organization that lets in trusted clients only is not to be chosen for another, and says why', async () => {
    await policy('acme', { clients: 'trusted', trustedClientDomains: ['claude.ai'] });
    const { browser, page } = await consentPage(stranger, platform);
    expect(page.text).toContain('<option value="acme" disabled>Acme (it lets in only programs that it trusts)</option>');
    expect(page.text).toContain('<option value="beta" selected>Beta</option>');
    const forced = await browser.submit(page, /\/consent$/, { decision: 'allow', org: 'acme' });
    expect([forced.status, forced.left]).toEqual([422, undefined]);
    expect(forced.text).toContain('That organization does not allow this: it lets in only programs that it trusts.');
    const beta = await browser.submit(forced, /\/consent$/, { decision: 'allow', org: 'beta' });
    expect(beta.left?.searchParams.has('code')).toBe(true);
    expect((await consentPage(claude, platform)).page.text).toContain('<option value="acme" selected>Acme</option>');
  });

  verifies('I11', 'a client that is no longer let in gets no code redeemed and nothing refreshed, and is let in again where the policy is', async () => {
    const authorized = await authorize(identity.issuer, stranger, { params: { redirect_uri: app } });
    await policy('acme', { clients: 'registered' });
    const early = await redeem(identity.issuer, stranger, authorized);
    expect([early.status, early.body.error]).toEqual([400, 'invalid_grant']);
    await policy('acme', {});
    const { body } = await redeem(identity.issuer, stranger, await authorize(identity.issuer, stranger, { params: { redirect_uri: app } }));
    await policy('acme', { blockedClientDomains: ['stranger.example'] });
    const refused = await refresh(identity.issuer, stranger, body.refresh_token!);
    expect([refused.status, refused.body.error]).toEqual([400, 'invalid_grant']);
    await policy('acme', {});
    expect((await refresh(identity.issuer, stranger, body.refresh_token!)).status).toBe(200);
  });

  verifies('I11', 'sensitive scopes can be kept to trusted clients, at consent and in tokens that were allowed before', async () => {
    const consented = await authorize(identity.issuer, stranger, { params: platform });
    const { body } = await redeem(identity.issuer, stranger, consented);
    expect(body.scope).toBe('mcp:read keys:write');
    await policy('acme', { sensitiveScopesTrustedOnly: true });
    await policy('beta', { sensitiveScopesTrustedOnly: true });
    const less = await refresh(identity.issuer, stranger, body.refresh_token!);
    expect([less.status, less.body.scope]).toEqual([200, 'mcp:read']);
    const { browser, page, verifier } = await consentPage(stranger, platform);
    expect(page.text).toContain('<code>keys:write</code>: kept to programs that the organization trusts');
    const done = await browser.submit(page, /\/consent$/, { decision: 'allow', org: 'acme' });
    const answer = await redeem(identity.issuer, stranger, { code: done.left!.searchParams.get('code')!, verifier, redirectUri: app, answer: done.left! });
    expect(answer.body.scope).toBe('mcp:read');
  });

  verifies(['AS-90', 'I4'], 'the page says whose word a name is: by client, by host, or nobody\'s', async () => {
    expect((await consentPage(claude, platform)).page.text).toContain('unverified name');
    await trust('acme', 'host', 'claude.ai');
    expect((await consentPage(claude, platform)).page.text).toContain('verified by Acme');
    expect((await consentPage(stranger, platform)).page.text).toContain('unverified name');
    const { client_id: dynamic } = await registered(identity.issuer, { redirect_uris: [app], client_name: 'Home-made' });
    await trust('beta', 'client', dynamic);
    const { page } = await consentPage(dynamic, platform);
    expect(page.text).toContain('verified by Beta');
    expect(page.text).toContain('No other organization of yours vouches for it.');
    await identity.dataSource.query('DELETE FROM trusted_clients');
  });

  verifies('I4', 'a registered client reaches no other organization, no other resource and no other scope', async () => {
    const id = await ofOrg('acme', { scopes: ['mcp:read'], resources: [`${gateway}/mcp`] });
    const { page } = await consentPage(id, platform);
    expect(page.text).toContain('<option value="beta" disabled>Beta (this program belongs to another organization)</option>');
    expect(page.text).toContain('<code>keys:write</code>: the program is not registered for it');
    const elsewhere = await new FormBrowser(identity.issuer).open(authorizeUrl(identity.issuer, id, { code_challenge: pkce().challenge, redirect_uri: app, resource: demo }));
    expect([elsewhere.left?.searchParams.get('error'), elsewhere.left?.searchParams.get('iss')]).toEqual(['invalid_target', identity.issuer]);
    const pushed = await post(identity.issuer, '/oauth/par', { client_id: id, response_type: 'code', redirect_uri: app, code_challenge: pkce().challenge, code_challenge_method: 'S256', resource: demo });
    expect([pushed.status, pushed.body.error]).toEqual([400, 'invalid_target']);
    const { body } = await redeem(identity.issuer, id, await authorize(identity.issuer, id, { params: platform }));
    expect([body.scope, decodeJwt(body.access_token!).org]).toEqual(['mcp:read', 'acme']);
    await identity.dataSource.query("UPDATE clients SET scopes = '{keys:read}' WHERE id = $1", [id]);
    expect((await refresh(identity.issuer, id, body.refresh_token!)).body.scope ?? '').toBe('');
  });

  verifies('I4', 'a registered client has exact redirects: another path, host, port or spelling is refused on a local page', async () => {
    const id = await ofOrg('acme');
    for (const wrong of ['https://app.example/cb/', 'https://app.example/CB', 'https://app.example:8443/cb', 'https://app.example/cb?x=1', 'https://app.example.evil.example/cb', 'https://APP.example/cb', 'https://app.example/x/../cb', 'http://app.example/cb']) {
      const page = await new FormBrowser(identity.issuer).open(authorizeUrl(identity.issuer, id, { code_challenge: pkce().challenge, redirect_uri: wrong }));
      expect([wrong, page.status, page.left]).toEqual([wrong, 400, undefined]);
    }
  });
});
