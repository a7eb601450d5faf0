import { eventually, verifies } from '@latchkey/testing';
import { startForeignProvider, type ForeignProviderServer } from './support/foreign-provider.ts';
import { Management, outcome, type Answer } from './support/management.ts';

type Request = readonly [method: string, path: string, body?: unknown];

/** Every change that somebody makes in an organization, by what it is called in the log. */
describe('a role that is taken away while its owner acts', () => {
  let management: Management;
  let provider: ForeignProviderServer;
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    provider = await startForeignProvider(() => ['https://not.yet/']);
    management = await Management.start({ LATCHKEY_ALLOW_PRIVATE_UPSTREAMS: 'true', LATCHKEY_MAILBOX: 'true' }, { txtResolver: { resolve: () => Promise.resolve({ outcome: 'answered', values: [] }) } });
    const { owner, member } = management;
    const make = async (path: string, body: object, key = 'id'): Promise<string> => {
      const { status, body: made } = await management.call('POST', path, owner, body);
      if (status !== 201) throw new Error(`${path}: ${status} ${JSON.stringify(made)}`);
      return String(made[key]);
    };
    await make('/v1/projects', { slug: 'spare', name: 'Spare' });
    await make('/v1/projects/lab/folders', { slug: 'kept', name: 'Kept' });
    await make('/v1/servers', { org: 'acme', project: 'lab', slug: 'standing', name: 'S', url: 'https://mcp.example.com/' });
    await make('/v1/domains', { org: 'acme', domain: 'standing-acme.com' });
    ids['invitation'] = await make('/v1/members/invitations', { email: 'guest@example.com', role: 'member' });
    ids['client'] = await make('/v1/oauth-clients', { org: 'acme', name: 'App', kind: 'confidential', redirectUris: ['https://app.example/callback'], scopes: ['mcp:read'] });
    ids['trust'] = await make('/v1/trusted-clients', { org: 'acme', host: 'app.example' });
    ids['issuer'] = await make('/v1/trusted-issuers', { org: 'acme', issuer: 'https://idp.example', jwksUri: 'https://idp.example/jwks', clients: [ids['client']] });
    ids['subject'] = await make(`/v1/trusted-issuers/${ids['issuer']}/subjects`, { subject: 'kim', user: member.sub });
    ids['provider'] = await make('/v1/identity-providers', { org: 'acme', label: 'Ours', issuer: provider.issuer, clientId: 'latchkey' });
  }, 60_000);
  afterAll(async () => {
    await management.close();
    await provider.close();
  });

  const sql = (text: string, values: unknown[] = []) => management.accounts.dataSource.query<unknown[]>(text, values);

  /** Lets a request come in, holds it at the lock of the organization, and takes the role away before it goes on. */
  async function meanwhile(change: string, values: unknown[], request: () => Promise<Answer>): Promise<Answer> {
    const runner = management.accounts.dataSource.createQueryRunner();
    try {
      await runner.startTransaction();
      await runner.query("SELECT 1 FROM organizations WHERE slug = 'acme' FOR UPDATE");
      let answered = false;
      const answer = request().finally(() => { answered = true; });
      await eventually(async () => {
        const [waiting] = await sql("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'");
        expect(answered || waiting !== undefined).toBe(true);
      });
      await runner.query(change, values);
      await runner.commitTransaction();
      return await answer;
    } finally {
      await runner.release();
    }
  }

  const table = (): Record<string, Request> => {
    const { member } = management;
    const at = (name: string): string => ids[name]!;
    return {
      'org.renamed': ['PATCH', '/v1/orgs/acme', { name: 'x' }],
      'org.revoked': ['POST', '/v1/orgs/acme/revoke'],
      'org.deleted': ['DELETE', '/v1/orgs/acme'],
      'member.changed': ['PATCH', `/v1/members/${member.sub}`, { role: 'admin' }],
      'member.revoked': ['POST', `/v1/members/${member.sub}/revoke`],
      'member.removed': ['DELETE', `/v1/members/${member.sub}`],
      'project.created': ['POST', '/v1/projects', { slug: 'intruder', name: 'x' }],
      'project.renamed': ['PATCH', '/v1/projects/spare', { name: 'x' }],
      'project.deleted': ['DELETE', '/v1/projects/spare'],
      'invitation.sent': ['POST', '/v1/members/invitations', { email: 'intruder@example.com', role: 'member' }],
      'invitation.resent': ['POST', `/v1/members/invitations/${at('invitation')}/resend`],
      'invitation.revoked': ['DELETE', `/v1/members/invitations/${at('invitation')}`],
      'domain.added': ['POST', '/v1/domains', { org: 'acme', domain: 'intruder-acme.com' }],
      'domain.verified': ['POST', '/v1/domains/standing-acme.com/verify'],
      'domain.changed': ['PATCH', '/v1/domains/standing-acme.com', { autoJoin: false }],
      'domain.removed': ['DELETE', '/v1/domains/standing-acme.com'],
      'policy.changed': ['PATCH', '/v1/policies', { revision: 0, policy: { mfaRequired: false } }],
      'client.registered': ['POST', '/v1/oauth-clients', { org: 'acme', name: 'x', kind: 'public', redirectUris: ['https://app.example/cb'], scopes: ['mcp:read'] }],
      'client.updated': ['PATCH', `/v1/oauth-clients/${at('client')}`, { name: 'x' }],
      'client.secret_rotated': ['POST', `/v1/oauth-clients/${at('client')}/rotate-secret`, { graceSeconds: 0 }],
      'client.deleted': ['DELETE', `/v1/oauth-clients/${at('client')}`],
      'trusted_client.added': ['POST', '/v1/trusted-clients', { org: 'acme', host: 'intruder.example' }],
      'trusted_client.removed': ['DELETE', `/v1/trusted-clients/${at('trust')}`],
      'trusted_issuer.added': ['POST', '/v1/trusted-issuers', { org: 'acme', issuer: 'https://intruder.example', jwksUri: 'https://intruder.example/jwks', clients: [at('client')] }],
      'trusted_issuer.removed': ['DELETE', `/v1/trusted-issuers/${at('issuer')}`],
      'trusted_issuer.subject_linked': ['POST', `/v1/trusted-issuers/${at('issuer')}/subjects`, { subject: 'intruder', user: member.sub }],
      'trusted_issuer.subject_unlinked': ['DELETE', `/v1/trusted-issuers/${at('issuer')}/subjects/${at('subject')}`],
      'identity_provider.created': ['POST', '/v1/identity-providers', { org: 'acme', label: 'x', issuer: provider.issuer, clientId: 'x' }],
      'identity_provider.changed': ['PATCH', `/v1/identity-providers/${at('provider')}`, { enabled: false }],
      'identity_provider.deleted': ['DELETE', `/v1/identity-providers/${at('provider')}`],
      'server.registered': ['POST', '/v1/servers', { org: 'acme', project: 'lab', slug: 'intruder', name: 'x', url: 'https://mcp.example.com/' }],
      'server.deleted': ['DELETE', '/v1/servers/standing'],
    };
  };

  verifies('I10', 'is not there any more for any change in the organization', async () => {
    const { owner } = management;
    const logged = async (action: string) => (await management.audited(action)).length;
    for (const [action, [method, path, body]] of Object.entries(table())) {
      const before = await logged(action);
      const answer = await meanwhile("UPDATE members SET removed_at = now() WHERE org = 'acme' AND user_id = $1", [owner.sub], () => management.call(method, path, owner, body));
      expect([action, ...outcome(answer), await logged(action)]).toEqual([action, 403, 'insufficient_role', before]);
      await sql("UPDATE members SET removed_at = NULL WHERE org = 'acme' AND user_id = $1", [owner.sub]);
    }
  }, 120_000);

  verifies('I10', 'nor for any in a project by who administers that', async () => {
    const { member } = management;
    const requests: Request[] = [
      ['PUT', `/v1/projects/lab/members/${management.deputy.sub}`, { role: 'viewer' }],
      ['DELETE', `/v1/projects/lab/members/${management.deputy.sub}`], ['POST', '/v1/projects/lab/folders', { slug: 'intruder', name: 'x' }], ['PATCH', '/v1/projects/lab/folders/kept', { name: 'x' }],
      ['DELETE', '/v1/projects/lab/folders/kept'], ['POST', '/v1/servers', { org: 'acme', project: 'lab', slug: 'intruder', name: 'x', url: 'https://mcp.example.com/' }], ['DELETE', '/v1/servers/standing'],
    ];
    for (const [method, path, body] of requests) {
      for (const change of ["UPDATE project_members SET role = 'contributor' WHERE org = 'acme' AND project = 'lab' AND user_id = $1", "DELETE FROM project_members WHERE org = 'acme' AND project = 'lab' AND user_id = $1"]) {
        const answer = await meanwhile(change, [member.sub], () => management.call(method, path, member, body));
        expect([method, path, ...outcome(answer)]).toEqual([method, path, 403, 'insufficient_role']);
        await sql("INSERT INTO project_members (user_id, org, project, role) VALUES ($1, 'acme', 'lab', 'admin') ON CONFLICT (user_id, org, project) DO UPDATE SET role = 'admin'", [member.sub]);
      }
    }
  }, 60_000);

  it('is needed by who makes these requests: with it, they succeed', async () => {
    const { owner } = management;
    const last = ['trusted_issuer.subject_unlinked', 'trusted_issuer.removed', 'client.deleted', 'org.revoked', 'member.removed', 'org.deleted'];
    const order = (action: string): number => last.indexOf(action);
    const inOrder = Object.entries(table()).filter(([action]) => action !== 'invitation.resent').sort(([one], [other]) => order(one) - order(other));
    for (const [action, [method, path, body]] of inOrder) {
      const { status, body: answered } = await management.call(method, path, owner, body);
      expect([action, status, status < 300 ? null : answered]).toEqual([action, expect.any(Number), null]);
    }
  });
});
