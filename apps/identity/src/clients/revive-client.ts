import { Injectable } from '@nestjs/common';
import { stage } from '@latchkey/feed-writer';
import { DataSource, type EntityManager } from 'typeorm';
import { clientReference } from '../audit/oauth-author.ts';
import { recordAudit } from '../audit/record-audit.ts';
import { idHash } from '../provider/id-hash.ts';
import { OidcEngine } from '../provider/oidc-engine.ts';

/** What shows that whoever comes back is the client that went: where it wants to be answered, or the token that it registered with. */
export type Proof = { redirectUri: string } | { registrationToken: string };

interface Tombstone {
  metadata: Record<string, unknown>;
  secretHash: Buffer | null;
  deletedEpoch: number;
}

const tombstone = `
  SELECT metadata, secret_hash AS "secretHash", floor(extract(epoch FROM deleted_at))::integer AS "deletedEpoch" FROM clients
  WHERE id = $1 AND origin = 'dynamic' AND revivable AND deleted_at > now() - interval '90 days'`;

/**
 * Brings back a client that was reaped for being idle (AS-24): there are clients that never register again, and whose user could only
 * reinstall them. Nothing that it was ever allowed comes back with it, and its old tokens stay dead by its epoch.
 */
@Injectable()
export class ReviveClient {
  constructor(
    private readonly dataSource: DataSource,
    private readonly engine: OidcEngine,
  ) {}

  /** Whether there is anything to bring back, and the proof is good for it. */
  async isPossible(id: string, proof: Proof): Promise<boolean> {
    const [found] = await this.dataSource.query<Tombstone[]>(tombstone, [id]);
    return found !== undefined && this.isGood(this.dataSource.manager, id, found, proof);
  }

  /** @returns whether it is back; false also where somebody else was faster */
  async run(id: string, proof: Proof): Promise<boolean> {
    return this.dataSource.transaction(async (manager) => {
      const [found] = await manager.query<Tombstone[]>(`${tombstone} FOR UPDATE`, [id]);
      if (found === undefined || !(await this.isGood(manager, id, found, proof))) return false;
      const [rows] = await manager.query<[{ epoch: number }[], number]>(
        `UPDATE clients SET deleted_at = NULL, revivable = false, revived_at = now(), epoch = greatest(epoch, $2) WHERE id = $1 RETURNING epoch`,
        [id, found.deletedEpoch],
      );
      await stage(manager, { kind: 'client', id, disabled: false, epoch: rows[0]?.epoch ?? found.deletedEpoch });
      const by = 'redirectUri' in proof ? 'redirect' : 'registration_token';
      await recordAudit(manager, { org: null, actor: { kind: 'anonymous', id: null }, action: 'client.revived', target: clientReference(id), details: { by } });
      return true;
    });
  }

  private async isGood(manager: EntityManager, id: string, { metadata, secretHash }: Tombstone, proof: Proof): Promise<boolean> {
    if ('redirectUri' in proof) {
      // The engine's own matcher, as for a client that is alive (AS-31). Its types leave the constructor's argument out.
      const Client = this.engine.provider.Client as unknown as new (metadata: Record<string, unknown>) => { redirectUriAllowed(uri: string): boolean };
      const secret = secretHash === null ? {} : { client_secret: 'a secret that is not looked at' };
      return new Client({ ...metadata, ...secret }).redirectUriAllowed(proof.redirectUri);
    }
    const rows = await manager.query<unknown[]>(
      `SELECT 1 FROM artifacts WHERE kind = 'RegistrationAccessToken' AND id_hash = $1 AND payload->>'clientId' = $2 AND (expires_at IS NULL OR expires_at > now())`,
      [idHash(proof.registrationToken), id],
    );
    return rows.length > 0;
  }
}
