import { Injectable } from '@nestjs/common';
import { Problem } from '@latchkey/problem';
import { DataSource, IsNull, type EntityManager } from 'typeorm';
import { byIdentity, recordAudit } from '../audit/record-audit.ts';
import { publishKeys } from './publish-keys.ts';
import { SecretKeyEntity, type KeyPurpose } from './secret-key.entity.ts';
import { SigningKeys } from './signing-keys.ts';

/** What signs in the place of a key that was dropped. */
export interface Successor {
  id: string;
  purpose: KeyPurpose;
}

/**
 * Ends a key that somebody else may have: at once, for ever, and without the announcement that an ordinary successor gets (AS-71). What it
 * signed is dead wherever the new key set has arrived, which the gateways prove of themselves; refresh tokens are not signed and live on.
 * The private part is erased, here if in no backup.
 */
@Injectable()
export class DropSigningKey {
  constructor(
    private readonly dataSource: DataSource,
    private readonly keys: SigningKeys,
  ) {}

  /**
   * @param id  the `kid`
   * @throws Problem `not_found` for a key that is not in use
   */
  async run(id: string): Promise<Successor> {
    return this.dataSource.transaction(async (manager) => {
      await this.keys.lock(manager);
      const dropped = await manager.findOneBy(SecretKeyEntity, { id, retiredAt: IsNull() });
      if (dropped === null) throw new Problem('not_found', { detail: 'No key with this id is in use.' });
      const { purpose } = dropped;
      await manager.query("UPDATE secret_keys SET retired_at = clock_timestamp(), sealed = ''::bytea WHERE id = $1", [id]);
      await recordAudit(manager, { org: null, ...byIdentity, action: 'signing_key.dropped', target: { kind: 'signing_key', id }, details: { purpose } });
      const successor = await this.signWithAnother(manager, purpose);
      if (purpose === 'ES256') await publishKeys(manager);
      return { id: successor, purpose };
    });
  }

  /** An announced key signs at once; where there is none, a new one does, and whoever caches the key set has to look again. */
  private async signWithAnother(manager: EntityManager, purpose: KeyPurpose): Promise<string> {
    const left = await manager.find(SecretKeyEntity, { where: { purpose, retiredAt: IsNull() }, order: { position: 'ASC', createdAt: 'ASC' } });
    const first = Math.min(0, ...left.map(({ position }) => position)) - 1;
    const known = left.find(({ signedUntil }) => signedUntil === null);
    if (known === undefined) return this.keys.add(manager, purpose, first);
    if (known !== left[0]) await manager.update(SecretKeyEntity, { id: known.id }, { position: first });
    return known.id;
  }
}
