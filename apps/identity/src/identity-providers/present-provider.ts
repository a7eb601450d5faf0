import type { IdentityProvider } from '@latchkey/contracts';
import type { IdentityProviderEntity } from './identity-provider.entity.ts';

/** A provider as the API shows it: without its secret. */
export function presentProvider(row: IdentityProviderEntity, issuerUrl: string): IdentityProvider {
  const { id, org, label, issuer, clientId, sealedSecret, scopes, mfaAcrValues, enabled, createdAt } = row;
  const redirectUri = `${issuerUrl}/v1/auth/oauth/${id}/callback`;
  return { id, org, label, issuer, clientId, hasClientSecret: sealedSecret !== null, scopes, mfaAcrValues, enabled, redirectUri, createdAt: createdAt.toISOString() };
}
