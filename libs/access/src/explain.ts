import type { Scope } from '@latchkey/contracts';
import { satisfies } from '@latchkey/oauth';
import { decide, type Ask, type Decision } from './decide.ts';
import { narrowMembership } from './effective.ts';
import { isKnown, ruleOf } from './methods.ts';
import { coversServer, coversTool, reachesServer } from './restrictions.ts';
import { projectRoleAllows, projectRoleOf, roleScopes } from './roles.ts';
import { actionOf, hintsOf, keepsTools, offersTool, servesRole } from './server-rules.ts';
import type { Subject } from './subject.ts';

/** The rules of a decision, in the order in which they are asked. */
export const ruleNames = ['tenant', 'projects', 'membership', 'server_roles', 'reach', 'server_tools', 'tools', 'grants', 'method', 'role', 'scopes'] as const;
export type RuleName = (typeof ruleNames)[number];

export interface RuleOutcome {
  rule: RuleName;
  passed: boolean;
  /** What was compared with what, for people */
  why: string;
}

export interface Explanation {
  decision: Decision;
  /** Those that apply to what was asked, each judged for itself: also those after the first that says no. */
  rules: RuleOutcome[];
}

type McpAsk = Extract<Ask, { kind: 'mcp' }>;
type ManageAsk = Extract<Ask, { kind: 'manage' }>;

const listed = (items: readonly string[] | null | undefined, otherwise: string): string => (items === null || items === undefined ? otherwise : items.length === 0 ? 'nothing' : items.join(', '));

/** Says rule by rule why `decide` decides as it does. The decision is allowed exactly where every rule passes. */
export function explain(subject: Subject, ask: Ask): Explanation {
  const rules = ask.kind === 'mcp' ? rulesOfMcp(subject, ask) : rulesOfManagement(subject, ask);
  return { decision: decide(subject, ask), rules };
}

function rulesOfMcp({ credential, membership }: Subject, { server, method, name = '', door }: McpAsk): RuleOutcome[] {
  const rules: RuleOutcome[] = [];
  const rule = ruleOf(method, door);
  const judge = (named: RuleName, passed: boolean, why: string): void => void rules.push({ rule: named, passed, why });
  const role = membership?.org === server.org ? projectRoleOf(membership, server.project) : null;
  judge('tenant', credential.org === server.org, `The credential is for ${credential.org ?? 'no organization'}, the server belongs to ${server.org}.`);
  judge('projects', credential.projects?.includes(server.project) ?? true, `The credential covers ${listed(credential.projects, 'all projects')}; the server is in ${server.project}.`);
  judge('membership', role !== null, role === null ? `The owner has no role in ${server.project}.` : `The owner is ${role} in ${server.project}.`);
  const { allowedRoles = null, allowedTools = null, deniedTools = [] } = server.settings?.restrictions ?? {};
  if (role !== null) judge('server_roles', servesRole(server, role), `The server is for ${listed(allowedRoles, 'all roles')}.`);
  judge('reach', reachesServer(credential, server), `Grants and tool list of the credential ${reachesServer(credential, server) ? 'leave' : 'leave nothing of'} the server.`);
  if (rule.touches === 'tool') {
    const action = actionOf(server, name);
    const hints = Object.entries(hintsOf(server, name)).map(([hint, value]) => `${hint} ${value}`);
    judge('server_tools', offersTool(server, name), `The server offers ${listed(allowedTools, 'all tools')}${deniedTools.length === 0 ? '' : `, but not ${deniedTools.join(', ')}`}.`);
    judge('tools', coversTool({ ...credential, grants: null }, server, name, action), `The tool list of the credential names ${listed(credential.tools, 'no tools, so all')}.`);
    judge('grants', coversTool({ ...credential, tools: null }, server, name, action), `To call the tool needs ${action} (${hints.length === 0 ? 'nothing is said of it' : hints.join(', ')}); granted: ${grantsOf(credential)}.`);
  } else if (rule.touches !== 'entry') {
    judge('grants', coversServer(credential, server, 'read'), `This needs the whole of the server; granted: ${grantsOf(credential)}; tools: ${listed(credential.tools, 'all')}.`);
    if (!isKnown(method)) judge('method', !keepsTools(server), 'Methods that are not known here pass only where the server keeps no tools from anybody.');
  }
  const usable = rule.scopes.filter((scope) => role !== null && projectRoleAllows(role, scope));
  judge('role', usable.length > 0, `This takes ${rule.scopes.join(' or ')}; the role ${usable.length > 0 ? 'carries' : 'does not carry'} it.`);
  judge('scopes', anySatisfied(credential.scopes, usable.length > 0 ? usable : rule.scopes), `The credential has ${listed(credential.scopes, 'no scopes')}.`);
  return rules;
}

function rulesOfManagement({ credential, membership }: Subject, { org, project, scope }: ManageAsk): RuleOutcome[] {
  const member = membership?.org === org ? narrowMembership(credential, membership) : null;
  const beyond = scope === 'org:admin' && project === undefined && member?.role === 'member';
  return [
    { rule: 'tenant', passed: credential.org === org, why: `The credential is for ${credential.org ?? 'no organization'}, the operation happens in ${org}.` },
    { rule: 'membership', passed: member !== null, why: member === null ? `The owner is no member of ${org}.` : `The owner acts as ${member.role} of ${org}.` },
    { rule: 'role', passed: !beyond && roleScopes(member, project).has(scope), why: `This takes ${scope}${project === undefined ? '' : ` in ${project}`}.` },
    { rule: 'scopes', passed: satisfies(credential.scopes, [scope]), why: `The credential has ${listed(credential.scopes, 'no scopes')}.` },
  ];
}

const anySatisfied = (granted: readonly Scope[], any: readonly Scope[]): boolean => any.some((scope) => satisfies(granted, [scope]));
const grantsOf = ({ grants }: Subject['credential']): string => listed(grants?.map(({ resource, actions }) => `${actions.join('+')} on ${resource}`), 'everything');
