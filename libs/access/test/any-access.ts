import { orgRoles, projectRoles, scopes, type ResourceGrant, type ServerRestrictions } from '@latchkey/contracts';
import fc from 'fast-check';
import { methodRules, type Ask, type Credential, type Membership, type ServerPlace } from '../src/index.ts';

/*
 * Worlds small enough that things meet: two organizations, a few projects, servers and tools whose names are prefixes of each other,
 * and names that JavaScript objects have anyway.
 */
const org = fc.constantFrom('acme', 'globex');
const project = fc.constantFrom('prod', 'production', 'server', 'constructor');
const folder = fc.constantFrom('f1', 'tool');
const slug = fc.constantFrom('demo', 'demo-2', 'tool');
const toolName = fc.constantFrom('add', 'add_all', 'a:b', 'toString');
const few = { maxLength: 3 };

const toolGlob = fc.constantFrom('add', 'add*', '*', 'a:*', '*d*', 'to*');
const hints = fc.record({ readOnlyHint: fc.boolean(), destructiveHint: fc.boolean() }, { requiredKeys: [] });
const hintsByTool = fc.dictionary(toolName, hints, { maxKeys: 2 });
const anyRestrictions: fc.Arbitrary<ServerRestrictions> = fc.record({
  allowedTools: fc.option(fc.array(toolGlob, few), { freq: 2 }),
  deniedTools: fc.oneof({ weight: 2, arbitrary: fc.constant<string[]>([]) }, { weight: 1, arbitrary: fc.array(toolGlob, few) }),
  allowedRoles: fc.option(fc.uniqueArray(fc.constantFrom(...projectRoles), { minLength: 1 }), { freq: 2 }),
  annotations: hintsByTool,
});

export const anyServer: fc.Arbitrary<ServerPlace> = fc.record({
  org, project, folder: fc.option(folder), slug,
  settings: fc.option(fc.record({ restrictions: fc.option(anyRestrictions, { nil: undefined }) }), { nil: undefined, freq: 2 }),
  tools: fc.option(hintsByTool, { nil: undefined, freq: 2 }),
});

const below = (head: fc.Arbitrary<string>, ...tails: fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
  fc.tuple(head, ...tails).map((parts) => parts.join(''));
const level = (name: string, value: fc.Arbitrary<string>): fc.Arbitrary<string> => value.map((text) => `/${name}/${text}`);
const orgPath = org.map((name) => `org/${name}`);
const projectPath = below(orgPath, level('project', project));
const folderPath = below(projectPath, level('folder', folder));
const serverPath = below(fc.oneof(projectPath, folderPath), level('server', slug));
const toolPath = below(serverPath, level('tool', toolName));

export const anyGrant: fc.Arbitrary<ResourceGrant> = fc.record({
  resource: fc.oneof(orgPath, projectPath, folderPath, serverPath, toolPath),
  actions: fc.uniqueArray(fc.constantFrom('read', 'write', 'delete'), { minLength: 1 }),
});

const anyTool = fc
  .tuple(fc.constantFrom('demo', 'demo*', '*', 'tool'), fc.constantFrom('add', 'add*', '*', 'a:*', '*d*', '**'))
  .map(([server, tool]) => `${server}:${tool}`);

/** Half of the time a credential is unrestricted in some way. */
const restriction = <T>(item: fc.Arbitrary<T>): fc.Arbitrary<T[] | null> => fc.option(fc.array(item, few), { freq: 2 });

export const anyCredential: fc.Arbitrary<Credential> = fc.record({
  scopes: fc.uniqueArray(fc.constantFrom(...scopes)),
  org,
  projects: restriction(project),
  grants: restriction(anyGrant),
  tools: restriction(anyTool),
});

export const anyMembership: fc.Arbitrary<Membership | null> = fc.option(
  fc.record({
    org,
    role: fc.constantFrom(...orgRoles),
    projects: fc.dictionary(project, fc.constantFrom(...projectRoles), { maxKeys: 3 }),
  }),
  { freq: 6 },
);

export const anyName = fc.oneof(toolName, fc.constantFrom('', 'test://a', '*', 'x\u0000'));
export const anyMethod = fc.oneof(
  fc.constantFrom(null, ...methodRules.keys()),
  fc.constantFrom('x/secret', 'constructor', '__proto__', 'tools/Call', 'notifications/x', ''),
);

export const anyMcpAsk: fc.Arbitrary<Extract<Ask, { kind: 'mcp' }>> = fc.record({
  kind: fc.constant('mcp' as const),
  server: anyServer,
  method: anyMethod,
  name: anyName,
  door: fc.constantFrom('mcp' as const, 'mcp' as const, 'rest' as const),
});

export const anyAsk: fc.Arbitrary<Ask> = fc.oneof(
  { weight: 3, arbitrary: anyMcpAsk },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('manage' as const), org, project: fc.option(project, { nil: undefined }), scope: fc.constantFrom(...scopes) }),
  },
);
