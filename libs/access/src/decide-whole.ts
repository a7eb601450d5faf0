import type { Action, Scope } from '@latchkey/contracts';
import { satisfies } from '@latchkey/oauth';
import type { Decision } from './decide.ts';
import { serverHiddenBy } from './may-use.ts';
import { coversServer } from './restrictions.ts';
import { projectRoleAllows, projectRoleOf } from './roles.ts';
import { keepsTools } from './server-rules.ts';
import type { ServerPlace, Subject } from './subject.ts';

const actions: readonly Action[] = ['read', 'write', 'delete'];
const scopes: readonly Scope[] = ['mcp:read', 'mcp:execute'];

/**
 * Decides for somebody else who will not ask again: whoever is let through does as he likes at the server. So only a credential that may do
 * everything there is, and none at a server that keeps tools from everybody.
 */
export function decideWhole(subject: Subject, server: ServerPlace): Decision {
  const reason = serverHiddenBy(subject, server);
  if (reason !== null) return { kind: 'hidden', what: 'server', code: reason };
  if (keepsTools(server) || !actions.every((action) => coversServer(subject.credential, server, action))) return { kind: 'hidden', what: 'server', code: 'tool_not_allowed' };
  const role = subject.membership === null ? null : projectRoleOf(subject.membership, server.project);
  if (role === null || !scopes.every((scope) => projectRoleAllows(role, scope))) return { kind: 'hidden', what: 'server', code: 'insufficient_role' };
  return satisfies(subject.credential.scopes, scopes) ? { kind: 'allow' } : { kind: 'scope', required: [...scopes] };
}
