import { Injectable } from '@nestjs/common';
import { stage } from '@latchkey/feed-writer';
import type { JWK } from 'jose';
import { DataSource, IsNull, type EntityManager } from 'typeorm';
import { generateKey } from './generate-key.ts';
import { MasterKey } from './master-key.ts';
import { SecretKeyEntity, type KeyPurpose } from './secret-key.entity.ts';

export interface LoadedKeys {
  /** Private signing keys; the first of an algorithm signs (AS-70). */
  jwks: { keys: JWK[] };
  /** Secrets of cookie signatures, the one in use first. */
  cookieKeys: string[];
}

/** Access tokens are ES256 (AS-43); RS256 stays for ID tokens, which every OpenID client must be able to read (AS-70). */
const purposes: readonly KeyPurpose[] = ['ES256', 'RS256', 'cookie'];

/** Keys live in Postgres, sealed: replicas share them and a restart changes none. */
@Injectable()
export class SigningKeys {
  constructor(
    private readonly dataSource: DataSource,
    private readonly masterKey: MasterKey,
  ) {}

  /** Loads all keys in use, after making those that are missing. */
  async load(): Promise<LoadedKeys> {
    const rows = await this.dataSource.transaction(async (manager) => {
      // Two replicas that start on an empty database agree on one set of keys.
      await manager.query("SELECT pg_advisory_xact_lock(hashtext('latchkey-signing-keys'))");
      await this.createMissing(manager);
      return manager.find(SecretKeyEntity, { where: { retiredAt: IsNull() }, order: { position: 'ASC', createdAt: 'ASC' } });
    });
    const opened = rows.map((row) => ({ purpose: row.purpose, secret: this.masterKey.open(sealName(row), row.sealed) }));
    return {
      jwks: { keys: opened.filter(({ purpose }) => purpose !== 'cookie').map(({ secret }) => JSON.parse(secret.toString()) as JWK) },
      cookieKeys: opened.filter(({ purpose }) => purpose === 'cookie').map(({ secret }) => secret.toString('base64url')),
    };
  }

  /** Public halves of all keys that a token still alive may have been signed with. */
  async publicKeys(): Promise<{ keys: JWK[] }> {
    const rows = await this.dataSource.manager.find(SecretKeyEntity, { where: { retiredAt: IsNull() }, order: { position: 'ASC' } });
    return { keys: rows.flatMap(({ publicJwk }) => (publicJwk === null ? [] : [publicJwk as JWK])) };
  }

  private async createMissing(manager: EntityManager): Promise<void> {
    const present = await manager.find(SecretKeyEntity, { where: { retiredAt: IsNull() } });
    const missing = purposes.filter((purpose) => !present.some((row) => row.purpose === purpose));
    for (const purpose of missing) {
      const { id, publicJwk, secret } = await generateKey(purpose);
      const row = { id, purpose };
      const sealed = this.masterKey.seal(sealName(row), secret);
      await manager.query('INSERT INTO secret_keys (id, purpose, public_jwk, sealed, position) VALUES ($1, $2, $3, $4, $5)', [
        id,
        purpose,
        publicJwk === null ? null : JSON.stringify(publicJwk),
        sealed,
        present.length,
      ]);
    }
    if (missing.includes('ES256')) await publishKeys(manager);
  }
}

const sealName = ({ id, purpose }: { id: string; purpose: KeyPurpose }): string => `${purpose}:${id}`;

/** Tells the gateways which keys access tokens may be signed with. ID tokens are none of their business. */
async function publishKeys(manager: EntityManager): Promise<void> {
  const rows = await manager.find(SecretKeyEntity, { where: { purpose: 'ES256', retiredAt: IsNull() }, order: { position: 'ASC', createdAt: 'ASC' } });
  await stage(manager, { kind: 'jwks', keys: rows.flatMap(({ publicJwk }) => (publicJwk === null ? [] : [publicJwk])) });
}
