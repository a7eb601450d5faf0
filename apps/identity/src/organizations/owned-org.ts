import { Problem } from '@latchkey/problem';
import type { Membership } from './find-role.ts';

/**
 * The organization, of one of its owners. Whoever names an issuer or an identity provider says who may speak for every member, owners
 * included: an administrator who could would be one step from being an owner. @throws Problem `insufficient_role`
 */
export function ownedOrg(member: Membership): string {
  if (member.role !== 'owner') throw new Problem('insufficient_role', { detail: 'Only an owner of the organization may do this.' });
  return member.org;
}
