import type { LinkedSubject, TrustedIssuer } from '@latchkey/contracts';
import type { LinkedSubjectEntity } from './linked-subject.entity.ts';
import type { TrustedIssuerEntity } from './trusted-issuer.entity.ts';

export const presentTrustedIssuer = ({ id, org, issuer, jwksUri, clients, linkByEmail, addedBy, createdAt }: TrustedIssuerEntity): TrustedIssuer => ({
  id, org, issuer, jwksUri, clients, linkByEmail, addedBy, createdAt: createdAt.toISOString(),
});

export const presentLinkedSubject = ({ id, subject, userId, linkedBy, createdAt }: LinkedSubjectEntity): LinkedSubject => ({
  id, subject, user: userId, linkedBy, createdAt: createdAt.toISOString(),
});
