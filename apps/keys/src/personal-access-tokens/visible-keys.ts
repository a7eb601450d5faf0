import { Problem } from '@latchkey/problem';
import type { PatEntity } from './pat.entity.ts';
import type { Principal } from './principal.ts';

/** Owners and administrators of an organization are answerable for all of its keys; everybody else for their own. */
export const seesAllKeys = (principal: Principal): boolean => principal.membership.role !== 'member';

/** Public ids as tokens carry them; anything else is no id, and Postgres need not be asked. */
export const isPublicId = (text: string): boolean => /^[0-9A-Za-z]{8}$/.test(text);

/** @throws Problem `not_found` for a key that is not there, or not for this principal: one answer, so that ids tell nothing */
export function requireVisible(principal: Principal, row: PatEntity | null): PatEntity {
  const visible = row?.org === principal.org && (row.owner === principal.user || seesAllKeys(principal));
  if (row === null || !visible) throw new Problem('not_found', { detail: 'There is no such key.' });
  return row;
}

/** @throws Problem `tenant_mismatch` for any organization but the caller's, whether it exists or not */
export function requireOwnOrg(principal: Principal, org: string | undefined): void {
  if (org !== undefined && org !== principal.org) {
    throw new Problem('tenant_mismatch', { detail: 'The credential belongs to another organization.' });
  }
}
