import type { ErrorCode } from '@latchkey/contracts';
import { coversServer, coversTool, reachesServer } from './restrictions.ts';
import { projectRoleOf } from './roles.ts';
import { offersTool, servesRole } from './server-rules.ts';
import type { ServerPlace, Subject } from './subject.ts';

/** A thing that an upstream offers; `name` is a tool's or prompt's name, or the URI of a resource or template. */
export interface Thing {
  kind: 'tool' | 'prompt' | 'resource';
  name: string;
}

/**
 * Why the server does not exist for this subject; null when it does. Tenant first: a role is looked up in the server's own
 * organization only.
 */
export function serverHiddenBy({ credential, membership }: Subject, server: ServerPlace): ErrorCode | null {
  if (credential.org !== server.org) return 'tenant_mismatch';
  if (credential.projects?.includes(server.project) === false) return 'tenant_mismatch';
  const role = membership?.org === server.org ? projectRoleOf(membership, server.project) : null;
  if (role === null || !servesRole(server, role)) return 'insufficient_role';
  return reachesServer(credential, server) ? null : 'tool_not_allowed';
}

/**
 * Whether a thing exists for this subject. The one rule behind list filters, notifications and calls (GW-50): what it says no to is
 * left out of every list and refused, as unknown, in every call. Scopes do not matter to it: they are asked for, not hidden (GW-33).
 */
export function mayUse(subject: Subject, server: ServerPlace, thing: Thing): boolean {
  if (serverHiddenBy(subject, server) !== null) return false;
  return thing.kind === 'tool'
    ? offersTool(server, thing.name) && coversTool(subject.credential, server, thing.name, 'read')
    : coversServer(subject.credential, server, 'read');
}
