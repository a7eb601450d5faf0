import { z } from 'zod';
import { orgRoleSchema, projectRoleSchema, grantSchema } from './identifiers.ts';
import { scopeSchema } from './scopes.ts';

/**
 * What a gateway decided by, in the details of an audit entry: the decision can be made again from it and from the revision of the server that
 * it names. Positions say how far the gateway had followed each feed, revisions which state of each thing that was.
 */
export const decisionFactsSchema = z.object({
  /** Version of the key's record; absent for an access token, which never changes */
  credentialRevision: z.number().optional(),
  /** Version of the record of the owner's memberships; absent where there is none */
  memberRevision: z.number().optional(),
  /** Revision of the server; absent for the management API */
  policyRevision: z.number().optional(),
  identityPosition: z.number(),
  keysPosition: z.number(),
  /** A writer was asked, and its word is newer than the positions. */
  askedOnline: z.literal(true).optional(),
  /** Something did not fit: what is here is not all that was decided by. */
  cut: z.literal(true).optional(),
  grantedScopes: z.array(scopeSchema),
  grantedProjects: z.array(z.string()).optional(),
  /** `read+write org/acme/project/prod` */
  grants: z.array(z.string()).optional(),
  grantedTools: z.array(z.string()).optional(),
  orgRole: orgRoleSchema.optional(),
  /** `prod:contributor`, as far as they matter to what was asked */
  projectRoles: z.array(z.string()).optional(),
  /** Of what was asked of the management API */
  neededScope: scopeSchema.optional(),
  inProject: z.string().optional(),
  door: z.enum(['mcp', 'rest']).optional(),
  method: z.string(),
});
export type DecisionFacts = z.infer<typeof decisionFactsSchema>;

/** A grant in the one line of it. */
export const grantLine = ({ resource, actions }: z.infer<typeof grantSchema>): string => `${actions.join('+')} ${resource}`;

/** @returns null for a line that is none */
export function readGrantLine(line: string): z.infer<typeof grantSchema> | null {
  const [actions = '', resource = ''] = line.split(' ');
  const read = grantSchema.safeParse({ resource, actions: actions.split('+') });
  return read.success ? read.data : null;
}

/** Roles by project, from lines such as `prod:contributor`. */
export function readRoleLines(lines: readonly string[]): Record<string, z.infer<typeof projectRoleSchema>> {
  return Object.fromEntries(lines.flatMap((line) => {
    const [project = '', role] = line.split(':');
    const read = projectRoleSchema.safeParse(role);
    return read.success ? [[project, read.data] as const] : [];
  }));
}
