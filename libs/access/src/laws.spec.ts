import { scopes, type Scope } from '@latchkey/contracts';
import { withImplied } from '@latchkey/oauth';
import { verifies } from '@latchkey/testing';
import fc from 'fast-check';
import { anyAsk, anyCredential, anyMcpAsk, anyMembership, anyName, anyServer } from '../test/any-access.ts';
import { decide, effectiveScopes, explain, isWithin, mayUse, methodRules, narrowMembership, partFor, projectRoleOf, roleScopes, ruleNames, type Ask, type Credential, type Membership } from './index.ts';
import { servesRole } from './server-rules.ts';

const runs = { numRuns: 3000 };
const allows = (credential: Credential, membership: Parameters<typeof decide>[0]['membership'], ask: Ask): boolean =>
  decide({ credential, membership }, ask).kind === 'allow';

/** Notes what a property met, so that a law cannot hold because it was never tried. What is expected here is met dozens of times a run. */
function tally(): { hit: (name: string) => void; expectAll: (...names: string[]) => void } {
  const counts = new Map<string, number>();
  return {
    hit: (name) => void counts.set(name, (counts.get(name) ?? 0) + 1),
    expectAll: (...names) => expect(names.filter((name) => !counts.has(name))).toEqual([]),
  };
}

/** Whether a server names the role that a membership gives in its project, and not the role that another one gives. */
function namesOnly(ask: Ask, named: Membership, other: Membership): boolean {
  if (ask.kind !== 'mcp') return false;
  const serves = (membership: Membership): boolean => {
    const role = projectRoleOf(membership, ask.server.project);
    return role !== null && servesRole(ask.server, role);
  };
  return serves(named) && !serves(other);
}

/** The same, of a server that is kept to no roles. */
function forAllRoles(ask: Ask): Ask {
  const restrictions = ask.kind === 'mcp' ? ask.server.settings?.restrictions : undefined;
  if (ask.kind !== 'mcp' || restrictions === undefined) return ask;
  return { ...ask, server: { ...ask.server, settings: { ...ask.server.settings, restrictions: { ...restrictions, allowedRoles: null } } } };
}

describe('laws of the decision', () => {
  verifies('GW-50', 'whatever a list hides a call refuses as unknown, and what it shows is refused for role, action or scope only', () => {
    const met = tally();
    fc.assert(
      fc.property(anyCredential, anyMembership, anyServer, anyName, (credential, membership, server, name) => {
        const subject = { credential, membership };
        for (const [kind, method] of [['tool', 'tools/call'], ['prompt', 'prompts/get'], ['resource', 'resources/read']] as const) {
          const shown = mayUse(subject, server, { kind, name });
          const decision = decide(subject, { kind: 'mcp', server, method, name });
          met.hit(`${kind} ${shown} ${decision.kind}`);
          if (!shown) expect(decision.kind).toBe('hidden');
          // With a role that executes and every action granted, to be shown and to be callable are one.
          const grants = credential.grants?.map((grant) => ({ ...grant, actions: ['read' as const, 'write' as const, 'delete' as const] }));
          const able = { credential: { ...credential, grants, scopes: ['mcp:read', 'mcp:execute'] as Scope[] }, membership };
          const executes = membership !== null && membership.org === server.org && ['admin', 'contributor'].includes(projectRoleOf(membership, server.project) ?? '');
          if (executes) expect(decide(able, { kind: 'mcp', server, method, name }).kind).toBe(shown ? 'allow' : 'hidden');
        }
      }),
      runs,
    );
    met.expectAll('tool true allow', 'tool true scope', 'tool true hidden', 'tool false hidden', 'prompt true allow', 'resource false hidden');
  });

  verifies('GW-33', 'a challenge for scope is given exactly where these scopes, added, allow the same request', () => {
    const met = tally();
    fc.assert(
      fc.property(anyCredential, anyMembership, anyAsk, (credential, membership, ask) => {
        const decision = decide({ credential, membership }, ask);
        met.hit(`${ask.kind} ${decision.kind}`);
        if (decision.kind === 'scope') {
          expect(decision.required.length).toBeGreaterThan(0);
          expect(allows({ ...credential, scopes: [...credential.scopes, ...decision.required] }, membership, ask)).toBe(true);
        }
        if (decision.kind === 'hidden') expect(allows({ ...credential, scopes }, membership, ask)).toBe(false);
      }),
      runs,
    );
    met.expectAll('mcp allow', 'mcp scope', 'mcp hidden', 'manage allow', 'manage scope', 'manage hidden');
  });

  verifies('G6', 'each part only takes away: fewer scopes, more restrictions or a lesser role never allow more', () => {
    const met = tally();
    fc.assert(
      fc.property(anyCredential, anyCredential, anyMembership, anyAsk, fc.nat(), (credential, other, membership, ask, seed) => {
        const narrower: Credential[] = [
          { ...credential, scopes: credential.scopes.filter((_, index) => (seed >> index) % 2 === 0) },
          ...(credential.projects === null ? [{ ...credential, projects: other.projects }] : []),
          ...(credential.grants === null ? [{ ...credential, grants: other.grants }] : []),
          ...(credential.tools === null ? [{ ...credential, tools: other.tools }] : []),
        ];
        for (const less of narrower) {
          if (!allows(less, membership, ask)) continue;
          met.hit('credential');
          expect(allows(credential, membership, ask)).toBe(true);
        }
        if (membership === null) return;
        const lesser = [{ ...membership, role: 'member' as const }, { ...membership, role: 'member' as const, projects: {} }, narrowMembership(credential, membership)];
        for (const less of lesser) {
          if (!allows(credential, less, ask)) continue;
          met.hit('membership');
          // Roles that a server is kept to are named one by one: who has a greater one is refused for the sake of that list, and of nothing else.
          expect(allows(credential, membership, namesOnly(ask, less, membership) ? forAllRoles(ask) : ask)).toBe(true);
        }
      }),
      runs,
    );
    met.expectAll('credential', 'membership');
  });

  verifies('K2', 'nothing is allowed that credential, tenant and role do not all allow', () => {
    const met = tally();
    fc.assert(
      fc.property(anyCredential, anyMembership, anyMcpAsk, (credential, membership, ask) => {
        if (!allows(credential, membership, ask)) return;
        met.hit(ask.method ?? 'none');
        const rule = methodRules.get(ask.method ?? 'ping');
        const overRest: Scope[] = ask.method === 'tools/call' ? ['workflow:run'] : ['workflow:read', 'workflow:run'];
        const needed = ask.door === 'rest' ? overRest : (rule?.scopes ?? ['mcp:read']);
        expect(credential.org).toBe(ask.server.org);
        expect(membership?.org).toBe(ask.server.org);
        expect(credential.projects?.includes(ask.server.project) ?? true).toBe(true);
        const left = effectiveScopes(credential.scopes, membership, ask.server.project);
        expect(needed.some((scope) => left.includes(scope))).toBe(true);
      }),
      { numRuns: 20_000 },
    );
    met.expectAll('none', 'tools/call', 'tools/list', 'x/secret');
  });
});

describe('laws of restrictions of servers', () => {
  verifies('G6', 'a server with restrictions allows nothing that it would not without, and what it keeps is hidden from list and call alike', () => {
    const met = tally();
    fc.assert(
      fc.property(anyCredential, anyMembership, anyMcpAsk, (credential, membership, ask) => {
        const { settings: _settings, ...open } = ask.server;
        const [there, free] = [decide({ credential, membership }, ask), decide({ credential, membership }, { ...ask, server: open })];
        // Annotations say what a call needs: less than `write` too.
        const granted = credential.grants === null || ask.server.settings?.restrictions?.annotations === undefined;
        met.hit(`${free.kind} ${there.kind}`);
        if (there.kind === 'allow' && granted) expect(free.kind).toBe('allow');
        const tool = ask.name ?? '';
        if (ask.server.settings?.restrictions?.deniedTools.includes('*') !== true) return;
        met.hit('denied');
        expect(mayUse({ credential, membership }, ask.server, { kind: 'tool', name: tool })).toBe(false);
        expect(decide({ credential, membership }, { ...ask, method: 'tools/call' }).kind).toBe('hidden');
      }),
      { numRuns: 10_000 },
    );
    met.expectAll('allow allow', 'allow hidden', 'hidden hidden', 'denied');
  });
});

describe('laws of explanations', () => {
  verifies('G15', 'an explanation passes every rule exactly where the decision allows, and names the first that fails as the decision does', () => {
    const met = tally();
    fc.assert(
      fc.property(anyCredential, anyMembership, anyAsk, (credential, membership, ask) => {
        const { decision, rules } = explain({ credential, membership }, ask);
        const failed = rules.filter(({ passed }) => !passed).map(({ rule }) => rule);
        expect(decision).toEqual(decide({ credential, membership }, ask));
        if ((decision.kind === 'allow') !== (failed.length === 0)) throw new Error(`${decision.kind}, although what fails is: ${failed.join(', ')}`);
        if (decision.kind === 'scope') expect(failed).toEqual(['scopes']);
        if (failed[0] === 'tenant') expect(decision).toMatchObject({ kind: 'hidden', code: 'tenant_mismatch' });
        for (const rule of failed) met.hit(rule);
      }),
      { numRuns: 4000 },
    );
    met.expectAll(...ruleNames);
  });
});

describe('laws of what is within what', () => {
  verifies('K4', 'a credential within another is allowed nothing that the other is not', () => {
    const met = tally();
    fc.assert(
      fc.property(anyCredential, anyCredential, anyMembership, fc.array(anyAsk, { minLength: 5, maxLength: 20 }), fc.nat(), (some, other, membership, asks, seed) => {
        // Two credentials at random are seldom within each other: mix their parts.
        const pick = <K extends keyof Credential>(key: K, bit: number): Credential[K] => ((seed >> bit) % 2 === 0 ? some : other)[key];
        const inner: Credential = { org: some.org, scopes: pick('scopes', 0), projects: pick('projects', 1), grants: pick('grants', 2), tools: pick('tools', 3) };
        if (!isWithin(inner, some)) return void met.hit('not within');
        met.hit('within');
        for (const ask of asks) {
          if (!allows(inner, membership, ask)) continue;
          met.hit('allowed');
          expect(allows(some, membership, ask)).toBe(true);
        }
      }),
      { numRuns: 6000 },
    );
    met.expectAll('within', 'not within', 'allowed');
  });

  it('every credential is within itself, and within itself without its restrictions', () => {
    fc.assert(
      fc.property(anyCredential, (credential) => {
        expect(isWithin(credential, credential)).toBe(true);
        expect(isWithin(credential, { scopes: credential.scopes, org: credential.org ?? null })).toBe(true);
      }),
    );
  });
});

describe('laws of what is cut from a credential', () => {
  verifies('AS-83', 'the part for a server allows the same there, is within the whole, and allows nothing elsewhere that the whole does not', () => {
    const met = tally();
    fc.assert(
      fc.property(anyCredential, anyMembership, anyServer, fc.array(anyMcpAsk, { minLength: 5, maxLength: 20 }), (whole, membership, server, asks) => {
        const part = partFor(whole, server);
        expect(isWithin(part, whole)).toBe(true);
        for (const ask of asks) {
          const there = { ...ask, server };
          expect(decide({ credential: part, membership }, there)).toEqual(decide({ credential: whole, membership }, there));
          met.hit(decide({ credential: part, membership }, there).kind);
          if (allows(part, membership, ask)) expect(allows(whole, membership, ask)).toBe(true);
        }
      }),
      runs,
    );
    met.expectAll('allow', 'hidden', 'scope');
  });
});

describe('laws of effective scopes', () => {
  verifies('K2', 'are what the credential has and the role allows, and nothing else', () => {
    fc.assert(
      fc.property(anyCredential, anyMembership, fc.constantFrom(undefined, 'prod', 'constructor'), (credential, membership, project) => {
        const effective = effectiveScopes(credential.scopes, membership, project);
        const allowed = roleScopes(membership, project);
        expect(effective).toEqual(scopes.filter((scope) => withImplied(credential.scopes).has(scope) && allowed.has(scope)));
        expect(effectiveScopes(effective, membership, project)).toEqual(effective);
        expect(effectiveScopes(scopes, membership, project)).toEqual(scopes.filter((scope) => allowed.has(scope)));
      }),
      runs,
    );
  });
});
