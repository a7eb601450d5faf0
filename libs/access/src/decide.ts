import type { ErrorCode, Scope } from '@latchkey/contracts';
import { satisfies } from '@latchkey/oauth';
import { narrowMembership } from './effective.ts';
import { mayUse, serverHiddenBy } from './may-use.ts';
import { methodRules, unknownMethod, withoutMethod } from './methods.ts';
import { coversServer, coversTool } from './restrictions.ts';
import { projectRoleOf, roleScopes } from './roles.ts';
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

const allow: Decision = { kind: 'allow' };

/**
 * Decides one request: what the credential grants, what its owner's role allows there, and what the server leaves of it, intersected.
 * Pure. Scope comes last, so that a challenge is given only where more scope would help.
 */
export function decide(subject: Subject, ask: Ask): Decision {
  return ask.kind === 'mcp' ? decideMcp(subject, ask) : decideManagement(subject, ask);
}

function decideMcp(subject: Subject, ask: Extract<Ask, { kind: 'mcp' }>): Decision {
  const { server, method, name = '' } = ask;
  const reason = serverHiddenBy(subject, server);
  if (reason !== null) return { kind: 'hidden', what: 'server', code: reason };

  const rule = method === null ? withoutMethod : (methodRules.get(method) ?? unknownMethod);
  switch (rule.touches) {
    case 'entry':
      break;
    case 'whole':
      if (coversServer(subject.credential, server, 'read')) break;
      return { kind: 'hidden', what: 'method', code: 'not_found' };
    case 'prompt':
    case 'resource':
      if (mayUse(subject, server, { kind: rule.touches, name })) break;
      return { kind: 'hidden', what: 'name', code: 'not_found' };
    case 'tool': {
      const refusal = toolRefusal(subject, server, name);
      if (refusal !== null) return { kind: 'hidden', what: 'name', code: refusal };
    }
  }
  if (rule.scopes.some((scope) => satisfies(subject.credential.scopes, [scope]))) return allow;
  return { kind: 'scope', required: [rule.scopes[0]] };
}

/** A call needs more than to see the tool: a role that may execute, and `write` where grants say what may be done. */
function toolRefusal(subject: Subject, server: ServerPlace, tool: string): ErrorCode | null {
  if (!mayUse(subject, server, { kind: 'tool', name: tool })) return 'tool_not_allowed';
  if (subject.membership === null || projectRoleOf(subject.membership, server.project) === 'viewer') return 'insufficient_role';
  return coversTool(subject.credential, server, tool, 'write') ? null : 'tool_not_allowed';
}

function decideManagement(subject: Subject, ask: Extract<Ask, { kind: 'manage' }>): Decision {
  const { credential, membership } = subject;
  const hidden = (code: ErrorCode): Decision => ({ kind: 'hidden', what: 'operation', code });
  if (credential.org !== ask.org) return hidden('tenant_mismatch');
  if (membership?.org !== ask.org) return hidden('insufficient_role');
  if (!roleScopes(narrowMembership(credential, membership), ask.project).has(ask.scope)) return hidden('insufficient_role');
  return satisfies(credential.scopes, [ask.scope]) ? allow : { kind: 'scope', required: [ask.scope] };
}
