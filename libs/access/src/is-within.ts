import { satisfies } from '@latchkey/oauth';
import { matchesGlob } from './glob.ts';
import { allowsAction, covers, pathOf } from './grant-path.ts';
import type { Credential } from './subject.ts';

/** Parts of a credential, in the order in which they are compared. */
export type CredentialPart = 'org' | 'scopes' | 'projects' | 'grants' | 'tools';

/**
 * Compares two credentials: what a key may mint, and what an edit may leave of it. It errs to the safe side: where several parts of
 * `outer` together would cover one part of `inner`, the answer is that it does not.
 * @returns the first part in which `inner` could do what `outer` could not; null where there is none
 */
export function exceedsIn(inner: Credential, outer: Credential): CredentialPart | null {
  if (inner.org !== outer.org) return 'org';
  if (!satisfies(outer.scopes, inner.scopes)) return 'scopes';
  if (!projectsWithin(inner, outer)) return 'projects';
  if (!grantsWithin(inner, outer)) return 'grants';
  return toolsWithin(inner, outer) ? null : 'tools';
}

/** Whether `inner` can do nothing that `outer` could not. */
export const isWithin = (inner: Credential, outer: Credential): boolean => exceedsIn(inner, outer) === null;

const unrestricted = <T>(list: readonly T[] | null | undefined): list is null | undefined => list === null || list === undefined;

function projectsWithin(inner: Credential, outer: Credential): boolean {
  const { projects } = outer;
  if (unrestricted(projects)) return true;
  return inner.projects?.every((project) => projects.includes(project)) ?? false;
}

function grantsWithin(inner: Credential, outer: Credential): boolean {
  const { grants } = outer;
  if (unrestricted(grants)) return true;
  return (
    inner.grants?.every((grant) =>
      grant.actions.every((action) => grants.some((whole) => allowsAction(whole, action) && covers(pathOf(whole), pathOf(grant)))),
    ) ?? false
  );
}

function toolsWithin(inner: Credential, outer: Credential): boolean {
  const { tools } = outer;
  if (unrestricted(tools)) return true;
  // A glob that matches another glob, taken as plain text, matches all that the other does: only a star can swallow a star.
  return inner.tools?.every((entry) => tools.some((whole) => partsMatch(whole, entry))) ?? false;
}

function partsMatch(whole: string, entry: string): boolean {
  const wholeColon = whole.indexOf(':');
  const colon = entry.indexOf(':');
  return (
    matchesGlob(whole, entry.slice(0, colon), 0, wholeColon) && matchesGlob(whole, entry.slice(colon + 1), wholeColon + 1)
  );
}
