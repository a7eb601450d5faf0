import { Problem } from '@latchkey/problem';
import type { Membership } from './find-role.ts';

/** The organization, of somebody who administers it. @throws Problem `insufficient_role` */
export function administratedOrg(member: Membership): string {
  if (member.role === 'member') throw new Problem('insufficient_role', { detail: 'Only an owner or administrator of the organization may do this.' });
  return member.org;
}
