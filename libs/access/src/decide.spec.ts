import type { ProjectRole, Scope, ServerRestrictions, ToolHints } from '@latchkey/contracts';
import { verifies } from '@latchkey/testing';
import { decide, effectiveScopes, mayUse, methodRules, narrowMembership, type Credential, type Membership, type ServerPlace } from './index.ts';

const server: ServerPlace = { org: 'acme', project: 'prod', folder: null, slug: 'demo' };
const inFolder = { ...server, folder: 'f1', slug: 'other' };
const both: Scope[] = ['mcp:read', 'mcp:execute'];
const member = (role: ProjectRole): Membership => ({ org: 'acme', role: 'member', projects: { prod: role } });
const contributor = member('contributor');
const key = (more: Partial<Credential> = {}): Credential => ({ scopes: both, org: 'acme', ...more });

const ask = (credential: Credential, membership: Membership | null, method: string | null, name?: string, at = server) =>
  decide({ credential, membership }, { kind: 'mcp', server: at, method, name });
const call = (credential: Credential, membership: Membership | null = contributor, at = server) => ask(credential, membership, 'tools/call', 'add', at);

describe('the method table', () => {
  verifies('GW-47', 'is pinned: every method, the scope it asks for and what it touches', () => {
    expect(Object.fromEntries([...methodRules].map(([method, { scopes, touches }]) => [method, `${scopes.join('|')} ${touches}`]))).toEqual({
      initialize: 'mcp:read|mcp:execute entry',
      ping: 'mcp:read|mcp:execute entry',
      'server/discover': 'mcp:read|mcp:execute entry',
      'notifications/initialized': 'mcp:read|mcp:execute entry',
      'notifications/cancelled': 'mcp:read|mcp:execute entry',
      'notifications/progress': 'mcp:read|mcp:execute entry',
      'notifications/roots/list_changed': 'mcp:read|mcp:execute entry',
      'logging/setLevel': 'mcp:read|mcp:execute entry',
      'tools/list': 'mcp:read entry',
      'prompts/list': 'mcp:read entry',
      'resources/list': 'mcp:read entry',
      'resources/templates/list': 'mcp:read entry',
      'subscriptions/listen': 'mcp:read entry',
      'tools/call': 'mcp:execute tool',
      'prompts/get': 'mcp:read prompt',
      'resources/read': 'mcp:read resource',
      'resources/subscribe': 'mcp:read resource',
      'resources/unsubscribe': 'mcp:read resource',
      'completion/complete': 'mcp:read whole',
      'tasks/list': 'mcp:read whole',
      'tasks/get': 'mcp:read whole',
      'tasks/result': 'mcp:read whole',
      'tasks/update': 'mcp:execute whole',
      'tasks/cancel': 'mcp:execute whole',
    });
  });

  verifies('GW-47', 'leaves an unknown method to the upstream, but not for a key restricted below the server', () => {
    expect(ask(key(), contributor, 'x/secret')).toEqual({ kind: 'allow' });
    expect(ask(key({ scopes: ['keys:read'] }), contributor, 'x/secret')).toEqual({ kind: 'scope', required: ['mcp:read'] });
    for (const restricted of [key({ tools: ['demo:add'] }), key({ grants: [{ resource: 'org/acme/project/prod/server/demo/tool/add', actions: ['read', 'write'] }] })]) {
      expect(ask(restricted, contributor, 'x/secret')).toEqual({ kind: 'hidden', what: 'method', code: 'not_found' });
      expect(ask(restricted, contributor, 'tools/list')).toEqual({ kind: 'allow' });
    }
    expect(ask(key({ tools: ['demo:*'] }), contributor, 'x/secret')).toEqual({ kind: 'allow' });
  });

  it('is no object: a method named like a property of every object is an unknown one', () => {
    expect(ask(key({ tools: ['demo:add'] }), contributor, 'constructor')).toEqual({ kind: 'hidden', what: 'method', code: 'not_found' });
  });
});

describe('scopes', () => {
  verifies('GW-32', 'mcp:read lists, mcp:execute calls, and what lacks is named', () => {
    expect(ask(key({ scopes: ['mcp:read'] }), contributor, 'tools/list')).toEqual({ kind: 'allow' });
    expect(call(key({ scopes: ['mcp:read'] }))).toEqual({ kind: 'scope', required: ['mcp:execute'] });
    expect(call(key({ scopes: ['mcp:execute'] }))).toEqual({ kind: 'allow' });
    expect(ask(key({ scopes: ['mcp:execute'] }), contributor, 'tools/list')).toEqual({ kind: 'scope', required: ['mcp:read'] });
  });

  it('either of the two shakes hands, and none of the others does', () => {
    for (const method of ['initialize', 'ping', 'server/discover', null]) {
      expect(ask(key({ scopes: ['mcp:execute'] }), contributor, method)).toEqual({ kind: 'allow' });
      expect(ask(key({ scopes: ['mcp:read'] }), contributor, method)).toEqual({ kind: 'allow' });
      expect(ask(key({ scopes: ['workflow:run', 'org:admin'] }), contributor, method)).toEqual({ kind: 'scope', required: ['mcp:read'] });
    }
  });
});

describe('roles', () => {
  const cases: [string, Membership | null, string, string][] = [
    ['viewer', member('viewer'), 'allow', 'hidden'],
    ['contributor', contributor, 'allow', 'allow'],
    ['project admin', member('admin'), 'allow', 'allow'],
    ['org owner', { org: 'acme', role: 'owner', projects: {} }, 'allow', 'allow'],
    ['org admin', { org: 'acme', role: 'admin', projects: { prod: 'viewer' } }, 'allow', 'allow'],
    ['org member without a role in the project', { org: 'acme', role: 'member', projects: { production: 'admin' } }, 'hidden', 'hidden'],
    ['nobody', null, 'hidden', 'hidden'],
    ['owner of another org', { org: 'globex', role: 'owner', projects: { prod: 'admin' } }, 'hidden', 'hidden'],
  ];
  for (const [who, membership, list, called] of cases) {
    verifies('K2', `${who}: tools/list ${list}, tools/call ${called}`, () => {
      expect(ask(key(), membership, 'tools/list').kind).toBe(list);
      expect(call(key(), membership).kind).toBe(called);
    });
  }

  verifies('GW-33', 'no scope is asked for where the role would refuse anyway', () => {
    expect(call(key({ scopes: ['mcp:read'] }), member('viewer'))).toEqual({ kind: 'hidden', what: 'name', code: 'insufficient_role' });
    expect(ask(key({ scopes: ['mcp:execute'] }), member('viewer'), 'ping')).toEqual({ kind: 'scope', required: ['mcp:read'] });
  });

  it('a project called like a property of every object gives no role', () => {
    expect(call(key(), { org: 'acme', role: 'member', projects: {} }, { ...server, project: 'constructor' }).kind).toBe('hidden');
  });
});

describe('tenants and restrictions', () => {
  const gone = (code: string) => ({ kind: 'hidden', what: 'server', code });

  verifies('GW-23', 'a key of another organization, of none, or of another project finds no server', () => {
    expect(call(key({ org: 'globex' }))).toEqual(gone('tenant_mismatch'));
    expect(call(key({ org: null }))).toEqual(gone('tenant_mismatch'));
    expect(call(key({ projects: ['production'] }))).toEqual(gone('tenant_mismatch'));
    expect(call(key({ projects: [] }))).toEqual(gone('tenant_mismatch'));
    expect(call(key({ projects: ['production', 'prod'] }))).toEqual({ kind: 'allow' });
  });

  const grant = (resource: string, ...actions: ('read' | 'write' | 'delete')[]) => key({ grants: [{ resource, actions }] });
  const grants: [string, Credential, string, string][] = [
    ['the organization', grant('org/acme', 'read', 'write'), 'allow', 'allow'],
    ['the project, read only', grant('org/acme/project/prod', 'read'), 'allow', 'hidden'],
    ['the project, write only', grant('org/acme/project/prod', 'write'), 'allow', 'allow'],
    ['the server', grant('org/acme/project/prod/server/demo', 'read', 'write'), 'allow', 'allow'],
    ['the tool', grant('org/acme/project/prod/server/demo/tool/add', 'write'), 'allow', 'allow'],
    ['another tool', grant('org/acme/project/prod/server/demo/tool/ad', 'write'), 'allow', 'hidden'],
    ['a project whose name begins alike', grant('org/acme/project/pro', 'read', 'write'), 'hidden', 'hidden'],
    ['another organization', grant('org/globex', 'read', 'write'), 'hidden', 'hidden'],
    ['a folder that the server is not in', grant('org/acme/project/prod/folder/f1', 'read', 'write'), 'hidden', 'hidden'],
    ['no resource path at all', grant('everything', 'read', 'write'), 'hidden', 'hidden'],
    ['a path with an unknown part', grant('org/acme/team/x', 'read', 'write'), 'hidden', 'hidden'],
    ['nothing', key({ grants: [] }), 'hidden', 'hidden'],
  ];
  for (const [what, credential, list, called] of grants) {
    verifies('K1', `granted ${what}: tools/list ${list}, tools/call ${called}`, () => {
      expect(ask(credential, contributor, 'tools/list').kind).toBe(list);
      expect(call(credential).kind).toBe(called);
    });
  }

  verifies('K1', 'a grant on a folder, or on the server without its folder, covers a server in it', () => {
    for (const resource of ['folder/f1', 'folder/f1/server/other', 'server/other', 'server/other/tool/add']) {
      expect(call(grant(`org/acme/project/prod/${resource}`, 'write'), contributor, inFolder)).toEqual({ kind: 'allow' });
    }
    expect(call(grant('org/acme/project/prod/folder/f2/server/other', 'write'), contributor, inFolder).kind).toBe('hidden');
  });

  const lists: [string[], string, string][] = [
    [['demo:add'], 'allow', 'allow'],
    [['demo:a*'], 'allow', 'allow'],
    [['*:add'], 'allow', 'allow'],
    [['d*o:*d'], 'allow', 'allow'],
    [['demo:ad'], 'allow', 'hidden'],
    [['demo:ADD'], 'allow', 'hidden'],
    [['demo:add_all', 'demo:sub'], 'allow', 'hidden'],
    [['other:add'], 'hidden', 'hidden'],
    [['demo'], 'hidden', 'hidden'],
    [[], 'hidden', 'hidden'],
  ];
  for (const [tools, list, called] of lists) {
    verifies('K8', `tool list ${JSON.stringify(tools)}: tools/list ${list}, tools/call add ${called}`, () => {
      expect(ask(key({ tools }), contributor, 'tools/list').kind).toBe(list);
      expect(call(key({ tools })).kind).toBe(called);
    });
  }

  verifies('K8', 'a key with a tool list sees prompts and resources only of servers listed in full', () => {
    for (const [kind, method] of [['prompt', 'prompts/get'], ['resource', 'resources/read']] as const) {
      for (const [tools, shown] of [[['demo:add'], false], [['demo:*'], true], [['*:**'], true]] as const) {
        const credential = key({ tools });
        expect(mayUse({ credential, membership: contributor }, server, { kind, name: 'x' })).toBe(shown);
        expect(ask(credential, contributor, method, 'x').kind).toBe(shown ? 'allow' : 'hidden');
      }
    }
  });

  it('a glob of many stars is no slower than the text is long', () => {
    const startedAt = performance.now();
    expect(ask(key({ tools: [`demo:${'a*'.repeat(90)}b`] }), contributor, 'tools/call', 'a'.repeat(5000)).kind).toBe('hidden');
    expect(performance.now() - startedAt).toBeLessThan(500);
  });
});

describe('restrictions of a server', () => {
  const restricted = (restrictions: Partial<ServerRestrictions>, tools?: Record<string, ToolHints>): ServerPlace => ({
    ...server, settings: { restrictions: { allowedTools: null, deniedTools: [], allowedRoles: null, annotations: {}, ...restrictions } }, ...(tools === undefined ? {} : { tools }),
  });
  const unknownTool = { kind: 'hidden', what: 'name', code: 'tool_not_allowed' };

  verifies('G6', 'a tool that is not allowed, or denied, is there for nobody, whatever the credential grants', () => {
    const cases: [Partial<ServerRestrictions>, boolean][] = [
      [{ allowedTools: ['add'] }, true], [{ allowedTools: ['a*'] }, true], [{ allowedTools: ['sub'] }, false], [{ allowedTools: [] }, false],
      [{ deniedTools: ['add'] }, false], [{ deniedTools: ['*'] }, false], [{ deniedTools: ['sub'] }, true], [{ allowedTools: ['add'], deniedTools: ['a*'] }, false],
    ];
    for (const [restrictions, offered] of cases) {
      const at = restricted(restrictions);
      expect([restrictions, mayUse({ credential: key(), membership: contributor }, at, { kind: 'tool', name: 'add' })]).toEqual([restrictions, offered]);
      expect([restrictions, call(key(), { org: 'acme', role: 'owner', projects: {} }, at)]).toEqual([restrictions, offered ? { kind: 'allow' } : unknownTool]);
      // More scope would not help, so none is asked for.
      if (!offered) expect(call(key({ scopes: [] }), contributor, at)).toEqual(unknownTool);
    }
  });

  verifies('G6', 'a server that keeps tools answers no method that is not known here; prompts and resources are as ever', () => {
    const at = restricted({ deniedTools: ['drop'] });
    expect(ask(key(), contributor, 'x/secret', undefined, at)).toEqual({ kind: 'hidden', what: 'method', code: 'not_found' });
    for (const method of ['tools/list', 'prompts/get', 'resources/read', 'completion/complete', 'ping']) expect([method, ask(key(), contributor, method, 'x', at)]).toEqual([method, { kind: 'allow' }]);
    expect(ask(key(), contributor, 'x/secret', undefined, restricted({ annotations: { add: { readOnlyHint: true } } }))).toEqual({ kind: 'allow' });
  });

  verifies('G6', 'a server may be kept to roles', () => {
    const at = restricted({ allowedRoles: ['admin'] });
    expect(ask(key(), contributor, 'tools/list', undefined, at)).toEqual({ kind: 'hidden', what: 'server', code: 'insufficient_role' });
    expect(ask(key(), { org: 'acme', role: 'owner', projects: {} }, 'tools/list', undefined, at)).toEqual({ kind: 'allow' });
  });

  const hints: [ToolHints | undefined, ToolHints | undefined, 'read' | 'write' | 'delete'][] = [
    [undefined, undefined, 'write'], [{ readOnlyHint: true }, undefined, 'read'], [{ destructiveHint: true }, undefined, 'delete'], [{ readOnlyHint: false, destructiveHint: false }, undefined, 'write'],
    [{ readOnlyHint: true, destructiveHint: true }, undefined, 'delete'], [{ readOnlyHint: true }, { readOnlyHint: false }, 'write'], [{ destructiveHint: true }, { destructiveHint: false, readOnlyHint: true }, 'read'],
    [undefined, { destructiveHint: true }, 'delete'], [{ readOnlyHint: true }, { destructiveHint: true }, 'delete'],
  ];
  for (const [said, told, needed] of hints) {
    verifies('K1', `a tool that says ${JSON.stringify(said)}, and of which the registry says ${JSON.stringify(told)}, needs ${needed}`, () => {
      const at = restricted({ annotations: told === undefined ? {} : { add: told } }, said === undefined ? {} : { add: said });
      for (const action of ['read', 'write', 'delete'] as const) {
        const granted = key({ grants: [{ resource: 'org/acme/project/prod', actions: [action] }] });
        expect([action, call(granted, contributor, at).kind]).toEqual([action, needed === 'read' || action === needed ? 'allow' : 'hidden']);
      }
      expect(call(key(), contributor, at)).toEqual({ kind: 'allow' });
    });
  }

  it('a tool called like a property of every object says nothing of itself', () => {
    expect(ask(key({ grants: [{ resource: 'org/acme', actions: ['read'] }] }), contributor, 'tools/call', 'constructor', restricted({}, {}))).toEqual(unknownTool);
  });
});

describe('management', () => {
  const manage = (credential: Credential, membership: Membership | null, scope: Scope, project?: string) =>
    decide({ credential, membership }, { kind: 'manage', org: 'acme', scope, project });
  const owner: Membership = { org: 'acme', role: 'owner', projects: {} };

  verifies('GW-32', 'asks for the scope only where the role carries it', () => {
    expect(manage(key({ scopes: ['keys:write'] }), contributor, 'keys:read')).toEqual({ kind: 'allow' });
    expect(manage(key(), contributor, 'keys:write')).toEqual({ kind: 'scope', required: ['keys:write'] });
    expect(manage(key({ scopes: ['org:admin'] }), contributor, 'org:admin')).toEqual({ kind: 'hidden', what: 'operation', code: 'insufficient_role' });
    expect(manage(key({ scopes: ['org:admin'] }), owner, 'org:admin')).toEqual({ kind: 'allow' });
    expect(manage(key({ scopes: ['servers:write'] }), member('admin'), 'servers:write', 'prod')).toEqual({ kind: 'allow' });
    expect(manage(key({ scopes: ['servers:write'] }), member('admin'), 'servers:write', 'production').kind).toBe('hidden');
    expect(manage(key({ scopes: ['keys:read'], org: 'globex' }), owner, 'keys:read')).toEqual({ kind: 'hidden', what: 'operation', code: 'tenant_mismatch' });
    expect(manage(key({ scopes: ['keys:read'] }), null, 'keys:read').kind).toBe('hidden');
  });

  verifies('I10', 'who administers a project administers in it, and with the same scope nothing of the organization', () => {
    const [scoped, kept] = [key({ scopes: ['org:admin'] }), key({ scopes: ['org:admin'], projects: ['prod'] })];
    const refused = { kind: 'hidden', what: 'operation', code: 'insufficient_role' };
    expect(manage(scoped, member('admin'), 'org:admin', 'prod')).toEqual({ kind: 'allow' });
    expect(manage(kept, owner, 'org:admin', 'prod')).toEqual({ kind: 'allow' });
    expect(manage(key(), member('admin'), 'org:admin', 'prod')).toEqual({ kind: 'scope', required: ['org:admin'] });
    for (const project of [undefined, 'production', '', 'constructor']) {
      expect([project, manage(scoped, member('admin'), 'org:admin', project)]).toEqual([project, refused]);
      expect([project, manage(kept, owner, 'org:admin', project)]).toEqual([project, refused]);
    }
    expect(manage(scoped, contributor, 'org:admin', 'prod')).toEqual(refused);
  });

  it('pins what each role stands for', () => {
    const all: Scope[] = ['mcp:execute', 'mcp:read', 'workflow:run', 'keys:write', 'servers:write', 'webhooks:write', 'connections:write', 'org:admin', 'audit:read'];
    const left = (membership: Membership | null, project?: string) => effectiveScopes(all, membership, project).join(' ');
    expect(left(owner)).toBe('mcp:read mcp:execute workflow:read workflow:run keys:read keys:write servers:read servers:write webhooks:read webhooks:write connections:read connections:write org:read org:admin audit:read');
    expect(left(member('admin'))).toBe('mcp:read mcp:execute workflow:read workflow:run keys:read keys:write servers:read servers:write webhooks:read webhooks:write connections:read connections:write org:read org:admin audit:read');
    expect(left(contributor)).toBe('mcp:read mcp:execute workflow:read workflow:run keys:read keys:write servers:read webhooks:read connections:read connections:write org:read audit:read');
    expect(left(member('viewer'))).toBe('mcp:read workflow:read keys:read keys:write servers:read webhooks:read connections:read org:read audit:read');
    expect(left(member('admin'), 'production')).toBe('keys:read keys:write org:read audit:read');
    expect(left(null)).toBe('');
  });

  verifies('K2', 'a key of an owner, bound to a project, acts as its administrator and not as an owner', () => {
    expect(narrowMembership(key({ projects: ['prod'] }), owner)).toEqual({ org: 'acme', role: 'member', projects: { prod: 'admin' } });
    expect(narrowMembership(key({ grants: [{ resource: 'org/acme/project/prod', actions: ['read'] }] }), owner).projects).toEqual({ prod: 'viewer' });
    expect(narrowMembership(key({ projects: ['prod', 'x'] }), contributor).projects).toEqual({ prod: 'contributor' });
    const two: Membership = { ...contributor, projects: { prod: 'contributor', dev: 'admin' } };
    expect(narrowMembership(key({ projects: ['prod'] }), two).projects).toEqual({ prod: 'contributor' });
    expect(narrowMembership(key({ grants: [{ resource: 'org/acme', actions: ['read', 'write'] }] }), two).projects).toEqual({ prod: 'contributor', dev: 'contributor' });
    expect(narrowMembership(key({ grants: [{ resource: 'org/acme/project/dev/server/demo', actions: ['read', 'write'] }] }), two).projects).toEqual({});
    expect(narrowMembership(key({ tools: ['demo:add'] }), owner)).toBe(owner);
    expect(manage(key({ scopes: ['org:admin'], projects: ['prod'] }), owner, 'org:admin').kind).toBe('hidden');
  });
});
