import { verifies } from '@latchkey/testing';
import { clientFacts } from './client-facts.ts';
import { consentPage } from './consent-page.ts';
import { organizationChoices, preselected, type ConsentView, type ResourceFacts } from './consent-view.ts';

const uid = 'uid-1';
const csrf = 'csrf-1';
const resource: ResourceFacts = { url: 'https://gw.example/mcp/demo', name: 'Demo', server: { org: 'acme', project: 'prod' } };
const acme = { org: 'acme', name: 'Acme', role: 'owner', projects: {} } as const;
const beta = { org: 'beta', name: 'Beta', role: 'member', projects: { lab: 'viewer' } } as const;

function view(changes: Partial<ConsentView> & { memberships?: Parameters<typeof organizationChoices>[0] } = {}): ConsentView {
  const requested = changes.requested ?? ['mcp:read', 'mcp:execute'];
  const organizations = organizationChoices(changes.memberships ?? [acme], changes.resource === undefined ? resource : changes.resource, requested);
  const client = clientFacts({ clientId: 'dyn-1', clientName: 'Inspector', redirectUris: ['https://app.example/cb'] }, 'https://app.example/cb');
  return { client, resource, email: 'ann@example.com', requested, oidcScopes: [], organizations, organization: preselected(organizations), ...changes };
}

const render = (changes?: Parameters<typeof view>[0]) => consentPage(view(changes), { uid, csrf });

describe('the consent page', () => {
  verifies('AS-90', 'it names redirect host, client, resource, scopes in words and account, and calls the name unverified', () => {
    const page = render();
    for (const text of ['app.example', 'Inspector', 'unverified', 'Demo', 'https://gw.example/mcp/demo', 'ann@example.com', 'Acme']) {
      expect(page).toContain(text);
    }
    expect(page).toContain('List tools, prompts and resources, and read resources');
    expect(page).toContain('Call tools');
    expect(page).toMatch(/<button[^>]*>Allow<\/button><button[^>]*>Deny<\/button>/);
  });

  verifies('AS-90', 'it shows the host of a client id that is a URL', () => {
    const client = clientFacts({ clientId: 'https://claude.example/oauth/client.json', redirectUris: ['http://127.0.0.1/cb'] }, 'http://127.0.0.1:4711/cb');
    const page = render({ client });
    expect(page).toContain('<dt>Published at</dt><dd><strong>claude.example</strong></dd>');
    expect(page).toContain('127.0.0.1:4711');
    expect(page).toContain('A program without a name');
  });

  verifies('AS-90', 'it warns of clients that any program on the computer could pretend to be, and only of them', () => {
    const uris = ['http://localhost:3000/cb', 'http://127.0.0.1/cb', 'http://[::1]/cb'];
    expect(render({ client: clientFacts({ clientId: 'dyn-2', redirectUris: uris }, 'http://localhost:3000/cb') })).toContain('runs on your own computer');
    expect(render()).not.toContain('runs on your own computer');
    const app = clientFacts({ clientId: 'dyn-3', redirectUris: ['cursor://anysphere.cursor-mcp/oauth/callback'] }, 'cursor://anysphere.cursor-mcp/oauth/callback');
    expect(render({ client: app })).toContain('cursor://anysphere.cursor-mcp');
  });

  verifies('AS-90', 'scopes that administer Latchkey stand apart', () => {
    const page = render({ resource: { url: 'https://gw.example/v1', name: 'Latchkey API', server: null }, requested: ['mcp:read', 'keys:write'] });
    const [ordinary, sensitive] = page.split('Sensitive');
    expect(ordinary).toContain('<code>mcp:read</code>');
    expect(ordinary).not.toContain('keys:write');
    expect(sensitive).toContain('<code>keys:write</code>');
  });

  it('has no heading over nothing where all that is asked for is sensitive', () => {
    const platform = { url: 'https://gw.example/v1', name: 'Latchkey API', server: null };
    const page = render({ resource: platform, requested: ['keys:write'] });
    expect(page).not.toContain('It will be able to');
    expect(page).toContain('Sensitive: it will administer Latchkey for you');
    expect(render({ resource: platform, requested: ['mcp:read', 'keys:write'] })).toMatch(/It will be able to[^]*Sensitive: it will also administer/);
  });

  it('what is part of Latchkey is the word of no organization', () => {
    const [mine] = organizationChoices([acme], resource, ['mcp:read']);
    const organizations = [{ ...mine!, trusted: true }];
    const page = render({ organizations, client: clientFacts({ clientId: 'latchkey-cli', clientName: 'Latchkey CLI' }, '') });
    expect(page).toContain('<span class="tag good">part of Latchkey</span>');
    expect(page).not.toContain('verified by');
    // The id is what counts: anybody may take the name.
    expect(render({ client: clientFacts({ clientId: 'dyn-1', clientName: 'latchkey-cli' }, 'https://app.example/cb') })).toContain('unverified name');
  });

  it('its title names the program, after an error too', () => {
    expect(render()).toContain('<title>Allow Inspector to connect? · Latchkey</title>');
    expect(consentPage(view(), { uid, csrf, error: 'Choose one.' })).toContain('<title>Error: allow Inspector to connect? · Latchkey</title>');
  });

  it('a project that is called by its short name is named once', () => {
    const platform = { url: 'https://gw.example/mcp', name: 'Latchkey', server: null };
    const organizations = organizationChoices([acme], platform, ['mcp:read']).map((choice) => ({ ...choice, projects: [{ slug: 'main', name: 'main' }, { slug: 'lab', name: 'Laboratory' }] }));
    const page = render({ resource: platform, organizations });
    expect(page).toContain('> <code>main</code></label>');
    expect(page).toContain('> Laboratory <code>lab</code></label>');
  });

  it('shows hostile text of a client as text', () => {
    const hostile = '"><script>alert(1)</script>\u202e';
    const client = clientFacts({ clientId: `dyn-${hostile}`, clientName: hostile, redirectUris: [`app:${hostile}`] }, `app:${hostile}`);
    const page = render({ client, resource: { ...resource, name: hostile }, email: `${hostile}@example.com` });
    expect(page).not.toContain('<script');
    expect(page).not.toContain('\u202e');
    expect(page).toContain('&lt;script&gt;');
  });

  it('shows a look-alike host in ASCII', () => {
    const uri = 'https://аpple.example/cb';
    expect(render({ client: clientFacts({ clientId: 'dyn-4', redirectUris: [uri] }, uri) })).toContain('xn--pple-43d.example');
  });

  it('offers organizations only to those who have several, and only those through which the server is reached', () => {
    expect(render()).not.toContain('<select');
    const page = render({ memberships: [beta, acme] });
    expect(page).toContain('<label for="org">Organization</label>');
    expect(page).toMatch(/<option value="acme" selected>Acme<\/option>/);
    expect(page).toMatch(/<option value="beta" disabled>Beta \(no access to this\)<\/option>/);
  });

  it('says where a role does not allow what is asked', () => {
    const page = render({ memberships: [acme, beta], resource: { url: 'https://gw.example/mcp', name: 'Latchkey', server: null } });
    expect(page).toContain('not in Beta: your role there does not allow it');
  });

  verifies('AS-90', 'it says whose word a name is, and what an organization keeps from the program', () => {
    const platform = { url: 'https://gw.example/mcp', name: 'Latchkey', server: null };
    const [mine, other] = organizationChoices([acme, { ...beta, role: 'admin' }], platform, ['mcp:read', 'keys:write']);
    const organizations = [{ ...mine!, trusted: true }, { ...other!, scopes: ['mcp:read'] as const, withheld: new Map([['keys:write', 'kept to programs that the organization trusts'] as const]) }];
    const page = render({ resource: platform, requested: ['mcp:read', 'keys:write'], organizations });
    expect(page).toContain('verified by Acme');
    expect(page).toContain('No other organization of yours vouches for it.');
    expect(page).not.toContain('unverified name');
    expect(page).toContain('(not in Beta: kept to programs that the organization trusts)');
    const refused = render({ resource: platform, requested: ['mcp:read'], organizations: [{ ...mine!, scopes: [], refusal: 'it blocks this program' }] });
    expect(refused).toContain('Acme does not allow this: it blocks this program.');
    expect(refused).not.toContain('>Allow</button>');
    const withheld = render({ resource: platform, requested: ['mcp:read', 'keys:write'], organizations: [organizations[1]!] });
    expect(withheld).toContain('<code>keys:write</code>: kept to programs that the organization trusts');
  });

  verifies('AS-90', 'it offers projects one by one, by organization, and shows their names as text', () => {
    const platform = { url: 'https://gw.example/mcp', name: 'Latchkey', server: null };
    const choices = organizationChoices([acme, beta], platform, ['mcp:read']).map((choice) => ({ ...choice, projects: [{ slug: 'lab', name: '<b>Lab' }] }));
    const page = render({ resource: platform, organizations: choices, keptTo: ['beta/lab'] });
    expect(page).toContain('<legend>Projects</legend>');
    expect(page).toMatch(/In Acme[\s\S]*value="acme\/lab"> &lt;b&gt;Lab[\s\S]*In Beta[\s\S]*value="beta\/lab" checked>/);
    expect(page).toMatch(/value="some" checked/);
    expect(render()).not.toContain('<fieldset');
  });

  verifies('AS-90', 'it shows no logo, whatever the client calls its own', () => {
    expect(render()).not.toContain('<img');
  });

  it('offers no Allow where no role allows anything', () => {
    const page = render({ memberships: [beta] });
    expect(page).not.toContain('>Allow</button>');
    expect(page).toContain('>Deny</button>');
  });
});
