import { Injectable } from '@nestjs/common';
import type { JWK } from 'jose';
import { DataSource, IsNull, type EntityManager } from 'typeorm';
import { byIdentity, recordAudit } from '../audit/record-audit.ts';
import { generateKey } from './generate-key.ts';
import { MasterKey } from './master-key.ts';
import { publishKeys } from './publish-keys.ts';
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
      await this.lock(manager);
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

  /** Which keys are in use and in which order; another text means that something has changed. */
  async fingerprint(): Promise<string> {
    const [row] = await this.dataSource.query<[{ ids: string | null }]>(
      "SELECT string_agg(id, ',' ORDER BY purpose, position, created_at) AS ids FROM secret_keys WHERE retired_at IS NULL",
    );
    return row.ids ?? '';
  }

  /** Until the transaction ends, nobody else changes the set of keys. */
  async lock(manager: EntityManager): Promise<void> {
    await manager.query("SELECT pg_advisory_xact_lock(hashtext('latchkey-signing-keys'))");
  }

  /** Makes a key; who verifies may learn of it from now on, and it signs once it is the first of its purpose. @returns its id */
  async add(manager: EntityManager, purpose: KeyPurpose, position: number): Promise<string> {
    const { id, publicJwk, secret } = await generateKey(purpose);
    const sealed = this.masterKey.seal(sealName({ id, purpose }), secret);
    await manager.query('INSERT INTO secret_keys (id, purpose, public_jwk, sealed, position) VALUES ($1, $2, $3, $4, $5)', [
      id,
      purpose,
      publicJwk === null ? null : JSON.stringify(publicJwk),
      sealed,
      position,
    ]);
    await recordAudit(manager, { org: null, ...byIdentity, action: 'signing_key.created', target: { kind: 'signing_key', id }, details: { purpose } });
    return id;
  }

  private async createMissing(manager: EntityManager): Promise<void> {
    const present = await manager.find(SecretKeyEntity, { where: { retiredAt: IsNull() } });
    const missing = purposes.filter((purpose) => !present.some((row) => row.purpose === purpose));
    for (const purpose of missing) await this.add(manager, purpose, present.length);
    if (missing.includes('ES256')) await publishKeys(manager);
  }
}

/** Under which name a key is sealed, so that it opens in no other place. */
export const sealName = ({ id, purpose }: { id: string; purpose: KeyPurpose }): string => `${purpose}:${id}`;
