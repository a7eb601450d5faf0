import { Problem } from '@latchkey/problem';
import type { Principal } from '../personal-access-tokens/principal.ts';

/** Whoever may name an issuer says who every end user is: that is for the whole organization. */
export function requireOrgAdministrator({ membership }: Principal): void {
  if (membership.role === 'member') throw new Problem('insufficient_role', { detail: 'Issuers of end users belong to the owners and administrators of the organization.' });
}
