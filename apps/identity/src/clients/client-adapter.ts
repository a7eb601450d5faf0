import type { Adapter, AdapterPayload } from 'oidc-provider';
import { cleaned, clientReference, oauthAuthor } from '../audit/oauth-author.ts';
import { recordAudit } from '../audit/record-audit.ts';
import type { UnitOfWork } from '../provider/unit-of-work.ts';
import { clientRow, forgetClientRow } from './client-row.ts';
import { fromSecretHash, isStoredSecret, secretHash, storedSecret } from './client-secret.ts';
import { deleteClient } from './delete-client.ts';
import { dynamicClientPrefix } from './dynamic-client-id.ts';

/** Registration is open: who it is is known once it is over. */
const anybody = { actor: { kind: 'anonymous', id: null } } as const;

/** Clients in a table of their own: they outlive every expiry, and secrets are in it as hashes only (AS-57). */
export class ClientAdapter implements Adapter {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly tombstoneSeconds: number,
  ) {}

  async find(id: string): Promise<AdapterPayload | undefined> {
    const row = await clientRow(this.unitOfWork, id);
    if (row === null) return undefined;
    return { ...row.metadata, ...(row.secretHash === null ? {} : { client_secret: fromSecretHash(row.secretHash) }) };
  }

  async upsert(id: string, { client_secret: secret, ...metadata }: AdapterPayload): Promise<void> {
    const hash = secret === undefined ? null : secretHash(isStoredSecret(secret) ? secret : storedSecret(secret));
    const origin = id.startsWith(dynamicClientPrefix) ? 'dynamic' : 'registered';
    forgetClientRow(id);
    await this.unitOfWork.atomically(async (manager) => {
      // A row that nobody has updated yet carries no transaction that did.
      const rows = await manager.query<{ created: boolean }[]>(
        `WITH written AS (
           INSERT INTO clients (id, origin, metadata, secret_hash) VALUES ($1, $2, $3, $4)
           ON CONFLICT (id) DO UPDATE SET metadata = excluded.metadata, secret_hash = excluded.secret_hash WHERE clients.deleted_at IS NULL
           RETURNING xmax = 0 AS created
         )
         SELECT created FROM written`,
        [id, origin, JSON.stringify(metadata), hash],
      );
      if (rows[0] === undefined) return;
      const by = rows[0].created ? anybody : oauthAuthor();
      const details = { origin, redirects: (metadata.redirect_uris as string[] | undefined)?.slice(0, 10).map(cleaned) ?? [] };
      await recordAudit(manager, { org: null, ...by, action: rows[0].created ? 'client.registered' : 'client.updated', target: clientReference(id), details });
    });
  }

  async destroy(id: string): Promise<void> {
    forgetClientRow(id);
    await this.unitOfWork.atomically((manager) => deleteClient(manager, id, this.tombstoneSeconds));
  }

  // The engine asks these of every adapter; clients are neither found by a uid, nor used up, nor part of a grant.
  findByUid(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  findByUserCode(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  consume(): Promise<void> {
    return Promise.resolve();
  }

  revokeByGrantId(): Promise<void> {
    return Promise.resolve();
  }
}
