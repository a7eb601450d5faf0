import type { KeyEpochRecord, PatRecord } from '@latchkey/contracts';
import { pathOf } from './grant-path.ts';

type EndedKey = Pick<PatRecord, 'org' | 'owner' | 'projects' | 'grants' | 'mintedAt'>;

/** The epoch that was set for a name; undefined where none was. */
export type EpochOf = (name: string) => number | undefined;

/** What an epoch of an organization is about: all of it, an owner, a project, or the keys where the two meet. A slug holds no line end. */
export const keyEpochName = ({ owner, project }: Pick<KeyEpochRecord, 'owner' | 'project'>): string => `${project ?? ''}\n${owner ?? ''}`;

/** Every project that a key names: in its list, or in a grant. */
function projectsOf({ projects, grants }: EndedKey): ReadonlySet<string> {
  return new Set([...(projects ?? []), ...(grants ?? []).flatMap((grant) => pathOf(grant)?.project ?? [])]);
}

/**
 * Whether a revocation of many keys ended this one. Hot path: an organization without any costs one comparison.
 * @param epochOf  of the key's organization; undefined where it has none
 */
export function isEndedBy(key: EndedKey, epochOf: EpochOf | undefined): boolean {
  if (epochOf === undefined) return false;
  const ended = (project: string | null, owner: string | null): boolean => key.mintedAt <= (epochOf(keyEpochName({ project, owner })) ?? -1);
  if (ended(null, null) || ended(null, key.owner)) return true;
  for (const project of projectsOf(key)) if (ended(project, null) || ended(project, key.owner)) return true;
  return false;
}
