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

/** A list as an entry can hold it, or a mark in the place of one that is too long for that. */
function addList(details: Details, name: string, lines: readonly string[] | null | undefined): void {
  if (lines === null || lines === undefined) return;
  if (lines.length <= most && lines.every((line) => line.length <= longest)) details[name] = [...lines];
  else details['cut'] = true;
}

/** The roles that can matter: where it happens in one project, that project's. */
function rolesFor({ membership }: Subject, ask: Ask): string[] {
  const project = ask.kind === 'mcp' ? ask.server.project : ask.project;
  return Object.entries(membership?.projects ?? {}).filter(([name]) => project === undefined || name === project).map(([name, role]) => `${name}:${role}`);
}

const facts = new WeakMap<Judged, Details>();

/** As details of an entry, not to be changed: without what is not there, and with a mark where something does not fit. Who does the same again is judged by the same. */
export function decisionFacts(judged: Judged): Readonly<Details> {
  let known = facts.get(judged);
  if (known === undefined) facts.set(judged, (known = factsOf(judged)));
  return known;
}

function factsOf(judged: Judged): Details {
  const { subject, ask, credentialRevision, memberRevision, policyRevision, identityPosition, keysPosition, askedOnline } = judged;
  const { credential, membership } = subject;
  const details: Details = {};
  if (credentialRevision !== null) details['credentialRevision'] = credentialRevision;
  if (memberRevision !== null) details['memberRevision'] = memberRevision;
  if (policyRevision !== null) details['policyRevision'] = policyRevision;
  details['identityPosition'] = identityPosition;
  details['keysPosition'] = keysPosition;
  if (askedOnline) details['askedOnline'] = askedOnline;
  if (membership !== null) details['orgRole'] = membership.role;
  addList(details, 'grantedScopes', credential.scopes);
  addList(details, 'grantedProjects', credential.projects);
  addList(details, 'grants', credential.grants?.map(grantLine));
  addList(details, 'grantedTools', credential.tools);
  addList(details, 'projectRoles', rolesFor(subject, ask));
  if (ask.kind === 'manage') details['neededScope'] = ask.scope;
  if (ask.kind === 'manage' && ask.project !== undefined) details['inProject'] = ask.project;
  if (ask.kind === 'mcp' && ask.door === 'rest') details['door'] = 'rest';
  return details;
}
