import type { TrustedClient } from '@latchkey/contracts';
import type { TrustedClientEntity } from '../clients/trusted-client.entity.ts';

export const presentTrustedClient = ({ id, org, kind, value, addedBy, createdAt }: TrustedClientEntity): TrustedClient => ({
  id, org, kind, value, addedBy, createdAt: createdAt.toISOString(),
});
