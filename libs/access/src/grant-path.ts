import { resourcePathSchema, type Action, type ResourceGrant } from '@latchkey/contracts';

const levels = ['org', 'project', 'folder', 'server', 'tool'] as const;
type Level = (typeof levels)[number];

/** The named parts of a resource path; a part that is absent is not restricted. */
export type GrantPath = Readonly<Partial<Record<Level, string>>>;

const paths = new WeakMap<ResourceGrant, GrantPath | null>();

/**
 * The parts of a grant's resource, read once per grant: grants live as long as the policy that holds them.
 * @returns null for what is no resource path; such a grant gives nothing
 */
export function pathOf(grant: ResourceGrant): GrantPath | null {
  let path = paths.get(grant);
  if (path === undefined) {
    path = parsePath(grant.resource);
    paths.set(grant, path);
  }
  return path;
}

function parsePath(resource: string): GrantPath | null {
  // Unknown or misspelt segments must not be skipped: every part that is lost makes the grant wider.
  if (!resourcePathSchema.safeParse(resource).success) return null;
  const segments = resource.split('/');
  return Object.fromEntries(levels.flatMap((level) => {
    // Levels stand at every second place only, so a project may be called `server`.
    const at = segments.findIndex((segment, index) => index % 2 === 0 && segment === level);
    return at === -1 ? [] : [[level, segments[at + 1]]];
  }));
}

/**
 * Whether everything at or below `inner` is at or below `outer`. Whole segments are compared, so `project/prod` never covers
 * `project/production`. A path may leave the folder out, because a server's slug names it without one.
 */
export function covers(outer: GrantPath | null, inner: GrantPath | null): boolean {
  if (outer === null || inner === null) return false;
  return levels.every((level) => outer[level] === undefined || outer[level] === inner[level]);
}

/** Write and delete include read, as scopes do: what may be called may be seen. */
export function allowsAction(grant: ResourceGrant, action: Action): boolean {
  return action === 'read' || grant.actions.includes(action);
}
