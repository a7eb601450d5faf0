import type { MintPat, Scope } from '@latchkey/contracts';
import { Problem } from '@latchkey/problem';
import { verifies } from '@latchkey/testing';
import { readKeysEnv } from '../../env.ts';
import { PatEntity } from '../pat.entity.ts';
import { Principals, type Principal } from '../principal.ts';
import { boundByKey, boundByRole } from './minting-bound.ts';

const principals = new Principals(
  readKeysEnv({ DATABASE_URL: 'postgres://x', LATCHKEY_MASTER_KEY: Buffer.alloc(32).toString('base64'), LATCHKEY_KEYS_URL: 'http://keys:8082', LATCHKEY_GATEWAY_URL: 'https://gw.example' }),
);
const person = (role: 'owner' | 'admin' | 'member', projects: Principal['membership']['projects'] = {}): Principal => ({
  user: 'u1',
  org: 'acme',
  membership: { org: 'acme', role, projects },
  pat: null,
});
const request = (scopes: Scope[], more: Partial<MintPat> = {}): MintPat => ({ kind: 'personal', name: 'k', org: 'acme', scopes, expiresIn: 'never', ...more });

function refusal(attempt: () => void): Problem | null {
  try {
    attempt();
    return null;
  } catch (error) {
    expect(error).toBeInstanceOf(Problem);
    return error as Problem;
  }
}
const byRole = (who: Principal, wanted: MintPat): string | null => refusal(() => boundByRole(who, wanted))?.code ?? null;

describe('what a person may mint', () => {
  const contributor = person('member', { prod: 'contributor' });
  const cases: [string, Principal, MintPat, string | null][] = [
    ['a contributor: keys that call tools', contributor, request(['mcp:read', 'mcp:execute', 'workflow:run']), null],
    ['a contributor: keys that mint keys', contributor, request(['keys:write']), null],
    ['a contributor: none that registers servers', contributor, request(['mcp:read', 'servers:write']), 'insufficient_role'],
    ['a project admin: one that registers servers', person('member', { prod: 'admin' }), request(['servers:write']), null],
    ['a viewer: none that calls tools', person('member', { prod: 'viewer' }), request(['mcp:read', 'mcp:execute']), 'insufficient_role'],
    ['a member without a project: none that reads a server', person('member'), request(['mcp:read']), 'insufficient_role'],
    ['a member: none that administers', contributor, request(['org:admin']), 'insufficient_role'],
    ['an owner: any', person('owner'), request(['org:admin', 'audit:read', 'mcp:execute']), null],
    ['bound to a project: by the role there', person('member', { prod: 'viewer', dev: 'admin' }), request(['mcp:execute'], { projects: ['prod'] }), 'insufficient_role'],
    ['bound to two projects: by the better role', person('member', { prod: 'viewer', dev: 'admin' }), request(['mcp:execute'], { projects: ['prod', 'dev'] }), null],
    ['a project without a role', contributor, request(['mcp:read'], { projects: ['prod', 'dev'] }), 'insufficient_role'],
    ['an owner: any project', person('owner'), request(['mcp:read'], { projects: ['whatever'] }), null],
    ['a grant in a project without a role', contributor, request(['mcp:read'], { grants: [{ resource: 'org/acme/project/dev', actions: ['read'] }] }), 'insufficient_role'],
    ['a grant in another organization', person('owner'), request(['mcp:read'], { grants: [{ resource: 'org/globex', actions: ['read'] }] }), 'tenant_mismatch'],
    ['a grant in the own project', contributor, request(['mcp:read'], { grants: [{ resource: 'org/acme/project/prod/server/x', actions: ['read'] }] }), null],
  ];
  for (const [what, who, wanted, code] of cases) {
    verifies('K2', `${what}: ${code ?? 'minted'}`, () => expect(byRole(who, wanted)).toBe(code));
  }
});

describe('what a key may mint', () => {
  const minter = Object.assign(new PatEntity(), {
    org: 'acme',
    scopes: ['mcp:read', 'keys:write'],
    projects: ['prod'],
    grants: [{ resource: 'org/acme/project/prod/server/demo', actions: ['read', 'write'] }],
    tools: ['demo:a*'],
    allowedIps: ['203.0.113.0/24'],
    rateLimit: { limit: 60, windowSeconds: 60 },
  });
  const same: Parameters<typeof boundByKey>[1] = { org: 'acme', scopes: minter.scopes, projects: minter.projects, grants: minter.grants, tools: minter.tools, allowedIps: minter.allowedIps, rateLimit: minter.rateLimit };
  const byKey = (change: Partial<typeof same>): Problem | null => refusal(() => boundByKey(minter, { ...same, ...change }, principals));

  verifies('K2', 'its like, and less', () => {
    expect(byKey({})).toBeNull();
    expect(byKey({ scopes: ['keys:read'], tools: ['demo:add'], grants: [{ resource: 'org/acme/project/prod/server/demo/tool/add', actions: ['read'] }] })).toBeNull();
  });

  verifies('K2', 'nothing wider, in any part', () => {
    expect(byKey({ projects: ['prod', 'dev'] })?.code).toBe('tenant_mismatch');
    expect(byKey({ projects: null })?.code).toBe('tenant_mismatch');
    expect(byKey({ grants: null })?.code).toBe('tool_not_allowed');
    expect(byKey({ grants: [{ resource: 'org/acme/project/prod', actions: ['read'] }] })?.code).toBe('tool_not_allowed');
    expect(byKey({ grants: [{ resource: 'org/acme/project/prod/server/demo', actions: ['delete'] }] })?.code).toBe('tool_not_allowed');
    expect(byKey({ tools: null })?.code).toBe('tool_not_allowed');
    expect(byKey({ tools: ['demo:*'] })?.code).toBe('tool_not_allowed');
  });

  verifies('K8', 'nothing that may be used from elsewhere, or more often', () => {
    expect(byKey({ allowedIps: ['203.0.113.128/25'], rateLimit: { limit: 600, windowSeconds: 3600 } })).toBeNull();
    expect(byKey({ allowedIps: null })?.code).toBe('ip_not_allowed');
    expect(byKey({ allowedIps: ['203.0.113.0/24', '198.51.100.1/32'] })?.code).toBe('ip_not_allowed');
    expect(byKey({ rateLimit: null })?.code).toBe('policy_violation');
    expect(byKey({ rateLimit: { limit: 61, windowSeconds: 60 } })?.code).toBe('policy_violation');
    expect(byKey({ rateLimit: { limit: 2, windowSeconds: 1 } })?.code).toBe('policy_violation');
  });

  verifies('GW-32', 'no scope that it lacks, and the refusal names those in its challenge', () => {
    const problem = byKey({ scopes: ['mcp:read', 'mcp:execute'] });
    expect(problem?.code).toBe('insufficient_scope');
    expect(problem?.headers).toEqual({
      'www-authenticate':
        'Bearer error="insufficient_scope", resource_metadata="https://gw.example/.well-known/oauth-protected-resource/v1", scope="mcp:execute"',
    });
  });
});
