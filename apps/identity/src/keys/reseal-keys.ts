import { Injectable } from '@nestjs/common';
import { DataSource, IsNull } from 'typeorm';
import { byIdentity, recordAudit } from '../audit/record-audit.ts';
import { MasterKey } from './master-key.ts';
import { resealSecrets } from './reseal-secrets.ts';
import { SecretKeyEntity } from './secret-key.entity.ts';
import { sealName, SigningKeys } from './signing-keys.ts';

/** Seals every key, and every secret that lasts, with the first master key of the list, so that the others can be taken off it. */
@Injectable()
export class ResealKeys {
  constructor(
    private readonly dataSource: DataSource,
    private readonly keys: SigningKeys,
    private readonly masterKey: MasterKey,
  ) {}

  /** @returns how many there were, keys and secrets together */
  async run(): Promise<number> {
    return this.dataSource.transaction(async (manager) => {
      await this.keys.lock(manager);
      const rows = await manager.findBy(SecretKeyEntity, { retiredAt: IsNull() });
      for (const row of rows) {
        const sealed = this.masterKey.seal(sealName(row), this.masterKey.open(sealName(row), row.sealed));
        await manager.update(SecretKeyEntity, { id: row.id }, { sealed });
      }
      // A retired key opens nothing any more; what it was is no longer of use to anybody.
      await manager.query("UPDATE secret_keys SET sealed = ''::bytea WHERE retired_at IS NOT NULL");
      const secrets = await resealSecrets(manager, this.masterKey);
      await recordAudit(manager, { org: null, ...byIdentity, action: 'signing_key.resealed', details: { keys: rows.length, secrets } });
      return rows.length + secrets;
    });
  }
}
