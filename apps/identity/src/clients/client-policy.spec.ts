import { defaultPolicy, type OrganizationPolicy, type Scope } from '@latchkey/contracts';
import { verifies } from '@latchkey/testing';
import { admit, type ClientStanding, type JudgedClient } from './client-policy.ts';

const claude: JudgedClient = { id: 'https://claude.ai/oauth/client', redirectUris: ['http://localhost/callback'] };
const dynamic: JudgedClient = { id: 'dyn-1', redirectUris: ['https://claude.ai/api/mcp/auth_callback'] };

const standing = (policy: Partial<OrganizationPolicy> = {}, more: Partial<ClientStanding> = {}): ClientStanding => ({
  owner: null, scopes: null, resources: null, vouchedFor: false, policy: { ...defaultPolicy, ...policy }, ...more,
});
const judge = (client: JudgedClient, policy: Partial<OrganizationPolicy> = {}, more: Partial<ClientStanding> = {}) => admit(client, standing(policy, more), 'acme', 'https://gw.example/mcp');

describe('what an organization lets clients do', () => {
  verifies('I11', 'lets any client in that it says nothing about, without vouching for it', () => {
    expect(judge(claude)).toMatchObject({ refusal: null, trusted: false });
  });

  verifies('I11', 'knows a document by its host, and a client that registered itself by where all of its answers go', () => {
    const trusting = { clients: 'trusted', trustedClientDomains: ['claude.ai', '*.example.com'] } as const;
    const refusalOf = (client: JudgedClient) => judge(client, { ...trusting, trustedClientDomains: [...trusting.trustedClientDomains] }).refusal;
    for (const trusted of [
      claude, dynamic, { ...claude, id: 'https://CLAUDE.ai:8443/x' }, { ...claude, id: 'https://claude.ai./x' }, { ...claude, id: 'https://a.b.example.com/x' },
    ]) expect([trusted.id, refusalOf(trusted)]).toEqual([trusted.id, null]);
    for (const stranger of [
      { ...claude, id: 'https://claude.ai.evil.example/x' }, { ...claude, id: 'https://xclaude.ai/x' }, { ...claude, id: 'https://example.com/x' }, { ...claude, id: 'https://xexample.com/x' },
      { ...claude, id: 'https://evil.example/claude.ai', redirectUris: ['https://claude.ai/cb'] },
      { id: 'dyn-1', redirectUris: ['https://claude.ai/cb', 'http://localhost/cb'] }, { id: 'dyn-1', redirectUris: ['https://claude.ai/cb', 'https://evil.example/cb'] },
      { id: 'dyn-1', redirectUris: ['claude.ai:/cb'] }, { id: 'dyn-1', redirectUris: ['http://localhost/claude.ai'] }, { id: 'dyn-1', redirectUris: [] },
    ]) expect([stranger, refusalOf(stranger)]).toEqual([stranger, 'not_trusted']);
  });

  verifies('I11', 'a block counts more than trust, and for every redirect', () => {
    const blocked = { blockedClientDomains: ['claude.ai'], trustedClientDomains: ['claude.ai'] };
    for (const client of [claude, dynamic, { ...claude, id: 'https://claude.ai./x' }, { id: 'dyn-2', redirectUris: ['https://fine.example/cb', 'https://claude.ai/cb'] }]) {
      expect(judge(client, blocked, { vouchedFor: true }).refusal).toBe('blocked');
    }
  });

  verifies('I11', 'keeps to registered clients where it wants only those', () => {
    expect(judge(claude, { clients: 'registered' }, { vouchedFor: true }).refusal).toBe('not_registered');
    expect(judge(dynamic, { clients: 'registered' }, { owner: 'acme' }).refusal).toBeNull();
    expect(judge(dynamic, { clients: 'trusted' }, { owner: 'acme' }).refusal).toBe('not_trusted');
  });

  verifies('I11', 'the parts of Latchkey itself are let in everywhere, and nothing that looks like them', () => {
    for (const id of ['latchkey-cli', 'latchkey-agent', 'latchkey-console']) {
      const client = { id, redirectUris: [] };
      for (const clients of ['any', 'trusted', 'registered'] as const) expect([id, judge(client, { clients })]).toEqual([id, expect.objectContaining({ refusal: null, trusted: true })]);
      expect(judge(client, { sensitiveScopesTrustedOnly: true }).withheld('keys:write')).toBeNull();
      // What bounds a client bounds these, too.
      expect(judge(client, {}, { scopes: ['mcp:read'] }).withheld('keys:write')).toBe('bound');
    }
    for (const id of ['latchkey-cli2', 'Latchkey-CLI', 'https://latchkey-cli/', 'dyn-latchkey-cli']) expect(judge({ id, redirectUris: [] }, { clients: 'registered' }).refusal).toBe('not_registered');
  });

  verifies('I4', 'lets a registered client into no other organization, and to no other resource', () => {
    expect(judge(dynamic, {}, { owner: 'rival', vouchedFor: true }).refusal).toBe('foreign');
    expect(judge(dynamic, {}, { owner: 'acme', resources: ['https://gw.example/mcp/demo'] }).refusal).toBe('other_resource');
    expect(judge(dynamic, {}, { owner: 'acme', resources: ['https://gw.example/mcp'] }).refusal).toBeNull();
  });

  verifies('I4', 'withholds scopes beyond the bound, and sensitive ones from clients that nobody vouches for', () => {
    const ask = (scope: Scope, policy: Partial<OrganizationPolicy>, more: Partial<ClientStanding> = {}) => judge(dynamic, policy, more).withheld(scope);
    expect([ask('mcp:read', {}, { scopes: ['mcp:read'] }), ask('mcp:execute', {}, { scopes: ['mcp:read'] })]).toEqual([null, 'bound']);
    const careful = { sensitiveScopesTrustedOnly: true };
    expect([ask('mcp:execute', careful), ask('keys:write', careful), ask('keys:write', careful, { vouchedFor: true })]).toEqual([null, 'trusted_only', null]);
  });
});
