import type { ErrorCode, Scope } from '@latchkey/contracts';
import { satisfies } from '@latchkey/oauth';
import { narrowMembership } from './effective.ts';
import { mayUse, serverHiddenBy } from './may-use.ts';
import { isKnown, ruleOf, type Door, type MethodRule } from './methods.ts';
import { coversServer, coversTool } from './restrictions.ts';
import { projectRoleAllows, projectRoleOf, roleScopes } from './roles.ts';
import { actionOf, keepsTools } from './server-rules.ts';
import type { ServerPlace, Subject } from './subject.ts';

/** What is asked for. */
export type Ask =
  | {
      kind: 'mcp';
      server: ServerPlace;
      /** As in the body; null for what has none: a response posted by the client, a GET stream, a DELETE */
      method: string | null;
      /** `params.name`, or `params.uri` of a resource */
      name?: string;
      /** As an MCP client, where nothing is said */
      door?: Door;
    }
  | {
      kind: 'manage';
      org: string;
      /** The project it happens in, where it happens in one */
      project?: string;
      scope: Scope;
    };

export type Decision =
  | { kind: 'allow' }
  /** 403 `insufficient_scope`: with these scopes added the same request is allowed (GW-32, GW-33). */
  | { kind: 'scope'; required: Scope[] }
  /**
   * To be answered as if it did not exist (GW-52), fresh and in the words of the upstream. `what` is what is unknown then; `code` is
   * the true reason, for the audit log.
   */
  | { kind: 'hidden'; what: 'server' | 'name' | 'method' | 'operation'; code: ErrorCode };

type Hidden = Extract<Decision, { kind: 'hidden' }>;
const allow: Decision = { kind: 'allow' };
const hidden = (what: Hidden['what'], code: ErrorCode): Hidden => ({ kind: 'hidden', what, code });

/**
 * Decides one request: what the credential grants, what its owner's role allows there, and what the server leaves of it, intersected.
 * Pure. Scope comes last, so that a challenge is given only where more scope would help.
 */
export function decide(subject: Subject, ask: Ask): Decision {
  return ask.kind === 'mcp' ? decideMcp(subject, ask) : decideManagement(subject, ask);
}

function decideMcp(subject: Subject, ask: Extract<Ask, { kind: 'mcp' }>): Decision {
  const { server, method, name = '', door } = ask;
  const reason = serverHiddenBy(subject, server);
  if (reason !== null) return hidden('server', reason);

  const rule = ruleOf(method, door);
  // What nobody here knows might be another way to a tool that the server keeps.
  if (!isKnown(method) && keepsTools(server)) return hidden('method', 'not_found');
  const refusal = restrictionOn(subject, server, rule, name);
  if (refusal !== null) return refusal;

  // A scope that the owner's role does not carry here opens nothing, and more of it would not help.
  const role = subject.membership === null ? null : projectRoleOf(subject.membership, server.project);
  const usable = rule.scopes.filter((scope) => role !== null && projectRoleAllows(role, scope));
  const first = usable[0];
  if (first === undefined) return hidden(rule.touches === 'tool' ? 'name' : 'method', 'insufficient_role');
  return usable.some((scope) => satisfies(subject.credential.scopes, [scope])) ? allow : { kind: 'scope', required: [first] };
}

/** What grants and tool list take away of a server that they leave reachable. */
function restrictionOn(subject: Subject, server: ServerPlace, rule: MethodRule, name: string): Decision | null {
  switch (rule.touches) {
    case 'entry':
      return null;
    case 'whole':
      return coversServer(subject.credential, server, 'read') ? null : hidden('method', 'not_found');
    case 'prompt':
    case 'resource':
      return mayUse(subject, server, { kind: rule.touches, name }) ? null : hidden('name', 'not_found');
    case 'tool':
      // To call a tool needs more than to see it, where grants say what may be done: `write`, unless the tool says otherwise of itself.
      if (!mayUse(subject, server, { kind: 'tool', name })) return hidden('name', 'tool_not_allowed');
      return coversTool(subject.credential, server, name, actionOf(server, name)) ? null : hidden('name', 'tool_not_allowed');
  }
}

function decideManagement(subject: Subject, ask: Extract<Ask, { kind: 'manage' }>): Decision {
  const { credential, membership } = subject;
  if (credential.org !== ask.org) return hidden('operation', 'tenant_mismatch');
  if (membership?.org !== ask.org) return hidden('operation', 'insufficient_role');
  const narrowed = narrowMembership(credential, membership);
  // Where no project is named it is about the organization, and that is not for whoever administers a project.
  const beyond = ask.scope === 'org:admin' && ask.project === undefined && narrowed.role === 'member';
  if (beyond || !roleScopes(narrowed, ask.project).has(ask.scope)) return hidden('operation', 'insufficient_role');
  return satisfies(credential.scopes, [ask.scope]) ? allow : { kind: 'scope', required: [ask.scope] };
}
