import { randomUUID } from 'node:crypto';
import { Problem } from '@latchkey/problem';
import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import { recordAudit } from '../audit/record-audit.ts';
import { IdentityEntity } from './identity.entity.ts';

export const foreignIdentitySchema = z.object({
  provider: z.string(),
  issuer: z.string(),
  subject: z.string(),
  email: z.string().nullable(),
});
export type ForeignIdentity = z.infer<typeof foreignIdentitySchema>;

/** How many a person may have connected: more is nobody's need. */
const most = 20;

/**
 * Makes a foreign identity this user's, in the caller's transaction.
 * @throws Problem `conflict` when it is somebody else's: what was connected once is not taken over by connecting it again
 */
export async function linkIdentity(manager: EntityManager, userId: string, identity: ForeignIdentity): Promise<void> {
  const { provider, issuer, subject, email } = identity;
  const id = randomUUID();
  if ((await manager.countBy(IdentityEntity, { userId })) >= most) throw new Problem('conflict', { detail: 'There are too many connected sign-ins already.' });
  const row = { id, userId, provider, issuer, subject, email, lastUsedAt: new Date() };
  await manager.createQueryBuilder().insert().into(IdentityEntity).values(row).orIgnore().execute();
  const owner = await manager.findOneByOrFail(IdentityEntity, { issuer, subject });
  if (owner.userId !== userId) throw new Problem('conflict', { detail: 'This sign-in is connected with another account.' });
  if (owner.id !== id) return;
  await recordAudit(manager, { org: null, actor: { kind: 'user', id: userId }, action: 'identity.linked', target: { kind: 'identity', id }, details: { provider } });
}
