import type { Ask, Subject } from '@latchkey/access';
import { grantLine, type AuditEvent } from '@latchkey/contracts';

/** What a decision was made by, taken down in the step in which it was made. */
export interface Judged {
  subject: Subject;
  ask: Ask;
  credentialRevision: number | null;
  memberRevision: number | null;
  policyRevision: number | null;
  identityPosition: number;
  keysPosition: number;
  askedOnline: boolean;
}

type Details = AuditEvent['details'];
const most = 50;
const longest = 256;

/** A list as an entry can hold it; undefined for one that is too long for that. */
function fits(lines: readonly string[] | null | undefined): string[] | null | undefined {
  if (lines === null || lines === undefined) return null;
  return lines.length <= most && lines.every((line) => line.length <= longest) ? [...lines] : undefined;
}

/** The roles that can matter: where it happens in one project, that project's. */
function rolesFor({ membership }: Subject, ask: Ask): string[] {
  const project = ask.kind === 'mcp' ? ask.server.project : ask.project;
  return Object.entries(membership?.projects ?? {}).flatMap(([name, role]) => (project === undefined || name === project ? [`${name}:${role}`] : []));
}

/** As details of an entry: without what is not there, and with a mark where something does not fit. */
export function decisionFacts(judged: Judged): Details {
  const { subject, ask, credentialRevision, memberRevision, policyRevision, identityPosition, keysPosition, askedOnline } = judged;
  const { credential, membership } = subject;
  const lists = { grantedScopes: fits(credential.scopes), grantedProjects: fits(credential.projects), grants: fits(credential.grants?.map(grantLine)), grantedTools: fits(credential.tools), projectRoles: fits(rolesFor(subject, ask)) };
  const kept = Object.entries(lists).filter((entry): entry is [string, string[]] => Array.isArray(entry[1]));
  const isCut = Object.values(lists).includes(undefined);
  return {
    ...(credentialRevision === null ? {} : { credentialRevision }),
    ...(memberRevision === null ? {} : { memberRevision }),
    ...(policyRevision === null ? {} : { policyRevision }),
    identityPosition, keysPosition,
    ...(askedOnline ? { askedOnline } : {}),
    ...(isCut ? { cut: true } : {}),
    ...(membership === null ? {} : { orgRole: membership.role }),
    ...Object.fromEntries(kept),
    ...(ask.kind === 'manage' ? { neededScope: ask.scope, ...(ask.project === undefined ? {} : { inProject: ask.project }) } : {}),
    ...(ask.kind === 'mcp' && ask.door === 'rest' ? { door: 'rest' } : {}),
  };
}
