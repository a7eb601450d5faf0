import type { OrgRole, ProjectRole, ResourceGrant, Scope, ServerRestrictions, ToolHints } from '@latchkey/contracts';

/** What a credential was given, whatever its kind. `null` and absent both mean "not restricted in this way". */
export interface Credential {
  scopes: readonly Scope[];
  /** An access token without `org` speaks for no organization and so reaches no server. */
  org?: string | null;
  projects?: readonly string[] | null;
  grants?: readonly ResourceGrant[] | null;
  /** `server:tool`, each part a glob */
  tools?: readonly string[] | null;
}

/** What the owner of the credential is in one organization at this moment; a membership of the feed fits as it is. */
export interface Membership {
  org: string;
  role: OrgRole;
  projects: Readonly<Record<string, ProjectRole>>;
}

/** Credential and owner together: who asks. Without a membership the owner is no longer in the organization, or never was. */
export interface Subject {
  credential: Credential;
  membership: Membership | null;
}

/** Where a server stands, and what it keeps from everybody. A server record of the feed fits as it is. */
export interface ServerPlace {
  org: string;
  project: string;
  folder: string | null;
  slug: string;
  settings?: { restrictions?: ServerRestrictions | undefined } | undefined;
  /** What its tools say of themselves, of those that say something */
  tools?: Readonly<Record<string, ToolHints>> | undefined;
}
