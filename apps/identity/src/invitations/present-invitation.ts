import type { Invitation } from '@latchkey/contracts';
import type { InvitationEntity } from './invitation.entity.ts';

/** An invitation as the API shows it. */
export function presentInvitation(row: InvitationEntity, now: Date): Invitation {
  const { id, org, email, role, projects, invitedBy, createdAt, expiresAt, closedAs } = row;
  const status = closedAs ?? (expiresAt <= now ? 'expired' : 'pending');
  return { id, org, email, role, projects, status, invitedBy, createdAt: createdAt.toISOString(), expiresAt: expiresAt.toISOString() };
}
