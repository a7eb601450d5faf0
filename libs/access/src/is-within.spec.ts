import type { Action } from '@latchkey/contracts';
import { verifies } from '@latchkey/testing';
import { exceedsIn, isWithin, type Credential } from './index.ts';

const grants = (resource: string, ...actions: Action[]): Partial<Credential> => ({ grants: [{ resource, actions }] });
const server = 'org/acme/project/prod/server/demo';

/** What the minter has, what the new key would have, and the part in which that is too much. */
const cases: [string, Partial<Credential>, Partial<Credential>, string | null][] = [
  ['another organization', {}, { org: 'globex' }, 'org'],
  ['a scope that is implied', { scopes: ['keys:write'] }, { scopes: ['keys:read'] }, null],
  ['a scope that implies one', { scopes: ['keys:read'] }, { scopes: ['keys:write'] }, 'scopes'],
  ['fewer projects', { projects: ['a', 'b'] }, { projects: ['b'] }, null],
  ['one project more', { projects: ['a'] }, { projects: ['a', 'b'] }, 'projects'],
  ['all projects', { projects: ['a'] }, { projects: null }, 'projects'],
  ['a tool of the server', grants(server, 'write'), grants(`${server}/tool/add`, 'write'), null],
  ['to read where the other writes', grants(server, 'write'), grants(server, 'read'), null],
  ['to write where the other reads', grants(server, 'read'), grants(server, 'write'), 'grants'],
  ['one action more', grants(server, 'read', 'write'), grants(server, 'write', 'delete'), 'grants'],
  ['the whole project', grants(server, 'write'), grants('org/acme/project/prod', 'write'), 'grants'],
  ['a server with a longer name', grants(server, 'write'), grants(`${server}-2`, 'write'), 'grants'],
  ['everything', grants(server, 'write'), { grants: null }, 'grants'],
  ['something that is no path', grants(server, 'write'), grants('everything', 'read'), 'grants'],
  ['a server in some folder, where the other has the folder', grants('org/acme/project/prod/folder/f', 'read'), grants('org/acme/project/prod/server/x', 'read'), 'grants'],
  ['the same tools', { tools: ['demo:a*'] }, { tools: ['demo:a*'] }, null],
  ['a tool in the glob', { tools: ['demo:a*'] }, { tools: ['demo:add'] }, null],
  ['a narrower glob', { tools: ['*:a*'] }, { tools: ['demo:ab*'] }, null],
  ['a wider glob', { tools: ['demo:ab*'] }, { tools: ['demo:a*'] }, 'tools'],
  ['all tools of the server', { tools: ['demo:add', 'demo:sub'] }, { tools: ['demo:*'] }, 'tools'],
  ['another server', { tools: ['demo:*'] }, { tools: ['dem*:*'] }, 'tools'],
  ['all tools', { tools: ['demo:*'] }, { tools: null }, 'tools'],
  ['no tool at all', { tools: ['demo:*'] }, { tools: [] }, null],
];

describe('a credential within another', () => {
  for (const [what, outer, inner, part] of cases) {
    verifies('K2', `${what}: ${part === null ? 'within' : `too much in its ${part}`}`, () => {
      const base: Credential = { scopes: ['mcp:read'], org: 'acme' };
      expect(exceedsIn({ ...base, ...inner }, { ...base, ...outer })).toBe(part);
      expect(isWithin({ ...base, ...inner }, { ...base, ...outer })).toBe(part === null);
    });
  }
});
