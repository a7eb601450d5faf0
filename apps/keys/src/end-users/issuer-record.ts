import type { EndUserIssuer, EndUserIssuerRecord } from '@latchkey/contracts';
import type { EndUserIssuerEntity } from './end-user-issuer.entity.ts';

const seconds = (date: Date): number => Math.floor(date.getTime() / 1000);

/** An issuer as gateways judge by it. */
export const issuerRecord = ({ id, org, issuer, jwksUri, audience, revokedAt }: EndUserIssuerEntity): EndUserIssuerRecord => ({
  kind: 'end_user_issuer', id, org, issuer, jwksUri, audience, revokedAt: revokedAt === null ? null : seconds(revokedAt),
});

export const issuerView = ({ id, org, name, issuer, jwksUri, audience, createdBy, createdAt, revokedAt }: EndUserIssuerEntity): EndUserIssuer => ({
  id, org, name, issuer, jwksUri, audience, status: revokedAt === null ? 'active' : 'revoked', createdBy, createdAt: createdAt.toISOString(), revokedAt: revokedAt?.toISOString() ?? null,
});
