import { stage } from '@latchkey/feed-writer';
import { IsNull, type EntityManager } from 'typeorm';
import { SecretKeyEntity } from './secret-key.entity.ts';

/** Tells the gateways which keys access tokens may be signed with. ID tokens are none of their business. */
export async function publishKeys(manager: EntityManager): Promise<void> {
  const rows = await manager.find(SecretKeyEntity, { where: { purpose: 'ES256', retiredAt: IsNull() }, order: { position: 'ASC', createdAt: 'ASC' } });
  await stage(manager, { kind: 'jwks', keys: rows.flatMap(({ publicJwk }) => (publicJwk === null ? [] : [publicJwk])) });
}
