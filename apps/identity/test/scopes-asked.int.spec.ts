import { scopes, type Scope } from '@latchkey/contracts';
import { families, type Operation } from '@latchkey/contracts/openapi';
import { satisfies } from '@latchkey/oauth';
import { verifies } from '@latchkey/testing';
import { gatewayUrl } from './support/accounts.ts';
import { Management, outcome } from './support/management.ts';

const id = '3b241101-e2bb-4255-8caf-4136c566a962';
const filled = ({ path }: Operation): string => path.replace('{org}', 'acme').replace('{project}', 'prod').replace('{domain}', 'a.example').replace('{folder}', 'none').replace('{slug}', 'none').replace(/\{\w+\}/g, id);

/** What is refused for its scope is refused whatever it says, as long as it can be read. */
const bodies: Record<string, unknown> = {
  registerOauthClient: { org: 'acme', name: 'App', kind: 'public', scopes: ['mcp:read'], redirectUris: ['https://app.example/cb'] },
  changeOauthClient: { name: 'App' },
  rotateOauthClientSecret: { graceSeconds: 0 },
  trustClient: { org: 'acme', host: 'a.example' },
  addDomain: { org: 'acme', domain: 'asked-for.com' },
  changeDomain: { autoJoin: true },
  changePolicy: { org: 'acme', revision: 999, policy: { mfaRequired: true } },
  createIdentityProvider: { org: 'acme', label: 'IdP', issuer: 'https://idp.example', clientId: 'us', clientSecret: 'secret' },
  changeIdentityProvider: { label: 'IdP' },
  createOrganization: { slug: 'asked-for', name: 'Asked for' },
  renameOrganization: { name: 'Acme' },
  changeMember: { role: 'member' },
  createInvitation: { org: 'acme', email: 'new@example.com' },
  createProject: { org: 'acme', slug: 'asked-for', name: 'Asked for' },
  renameProject: { name: 'Prod' },
  createFolder: { slug: 'asked-for', name: 'Asked for' },
  renameFolder: { name: 'Folder' },
  giveProjectRole: { role: 'viewer' },
  registerServer: { org: 'acme', project: 'prod', slug: 'asked-for', name: 'Asked for', url: 'https://mcp.example/mcp', probe: false },
  changeServer: { name: 'Server' },
  trustIssuer: { org: 'acme', issuer: 'https://idp.example', jwksUri: 'https://idp.example/jwks', clients: ['app-x'] },
  linkSubject: { subject: 's', user: id },
  revokeGrants: { client: 'none' },
};

/** Of lines, no answer at all is easier to read. */
const queries: Record<string, string> = { exportAudit: '?from=1000000' };

describe('the scopes that operations of identity ask for', () => {
  let management: Management;
  const call: Management['call'] = (...args) => management.call(...args);
  const challenged = ({ headers }: { headers: Headers }): string | undefined => /scope="([^"]*)"/.exec(headers.get('www-authenticate') ?? '')?.[1];

  beforeAll(async () => {
    management = await Management.start();
  }, 60_000);
  afterAll(() => management.close());

  const described = families.filter(({ service }) => service === 'identity').flatMap(({ operations }) => Object.entries(operations).map(([name, operation]) => [name, operation as Operation] as const));

  it.each(described)('[GW-32, K13] of %s are those that the document names, and the gateway judges by', async (name, operation) => {
    const { method, scope, body } = operation;
    if (scope === null || scope === 'any') throw new Error(`${name} asks for no scope`);
    expect(body === undefined).toBe(bodies[name] === undefined);
    const ask = (given: readonly Scope[]) => call(method.toUpperCase(), `${filled(operation)}${queries[name] ?? ''}`, { ...management.deputy, scope: given.join(' ') }, bodies[name]);
    for (const lacking of [[], scopes.filter((other) => !satisfies([other], [scope]))]) {
      const refused = await ask(lacking);
      expect([name, ...outcome(refused), challenged(refused)]).toEqual([name, 403, 'insufficient_scope', scope]);
    }
    expect([name, (await ask([scope])).body.code]).not.toEqual([name, 'insufficient_scope']);
  });

  verifies('GW-32', 'where what is named takes more, all of it is named at once', async () => {
    const asking = { ...management.owner, scope: 'keys:write' };
    const machine = { org: 'acme', name: 'Nightly', kind: 'machine', scopes: ['org:read'], resources: [`${gatewayUrl}/v1`] };
    const refused = await call('POST', '/v1/oauth-clients', asking, machine);
    expect([...outcome(refused), challenged(refused)]).toEqual([403, 'insufficient_scope', 'keys:write org:admin']);
  });
});
