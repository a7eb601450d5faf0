import { randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { TrustedClientEntity } from '../clients/trusted-client.entity.ts';

/** Puts a client on the list of those that an organization vouches for; once is enough. @returns the entry as it stands */
export async function addTrust(manager: EntityManager, entry: Pick<TrustedClientEntity, 'org' | 'kind' | 'value' | 'addedBy'>): Promise<TrustedClientEntity> {
  const { org, kind, value } = entry;
  await manager.createQueryBuilder().insert().into(TrustedClientEntity).values({ id: randomUUID(), ...entry }).orIgnore().execute();
  return manager.findOneByOrFail(TrustedClientEntity, { org, kind, value });
}
