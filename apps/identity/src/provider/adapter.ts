import { createHash } from 'node:crypto';
import { decodeJwt } from 'jose';
import { errors, Provider, type Adapter, type AdapterPayload } from 'oidc-provider';
import { deleteArtifactsOfGrant, revokeAuthorization } from '../grants/revoke-authorization.ts';
import { hashOfHandle, idHash, rowHandle } from './id-hash.ts';
import { seenNow } from './seen-now.ts';
import { fromStored, toStored } from './stored-payload.ts';
import { getsNewId, hashOfFound, noteFoundSession, saveFoundSession, saveNewSession } from './stored-session.ts';
import type { Statement, UnitOfWork } from './unit-of-work.ts';

export interface ArtifactRow {
  payload: AdapterPayload;
  consumed: string | null;
}

const living = (columns: string, condition: string): string => `
  SELECT payload, floor(extract(epoch FROM consumed_at))::text AS consumed${columns} FROM artifacts
  WHERE kind = $1 AND (expires_at IS NULL OR expires_at > now()) AND ${condition}`;

export const findById = { name: 'artifact-by-id', text: living('', 'id_hash = $2') };
const findBySessionUid = { name: 'artifact-by-uid', text: living('', 'uid = $2') };
const findByCode = { name: 'artifact-by-user-code', text: living(', id_hash AS hash', 'user_code = $2') };

export const consume = {
  name: 'artifact-consume',
  text: `WITH used AS (
      UPDATE artifacts SET consumed_at = clock_timestamp() WHERE kind = $1 AND id_hash = $2 AND consumed_at IS NULL RETURNING 1
    )
    SELECT 1 FROM used`,
};

const present = ({ payload, consumed }: ArtifactRow): AdapterPayload => (consumed === null ? payload : { ...payload, consumed: Number(consumed) });

/** A code that a device shows is allowed or refused once: of two people who answer at once, the second is told so. */
const undecided = "artifacts.kind <> 'DeviceCode' OR (artifacts.payload->>'accountId' IS NULL AND artifacts.payload->>'error' IS NULL)";

const save = {
  name: 'artifact-save',
  text: `WITH written AS (
      INSERT INTO artifacts (kind, id_hash, payload, grant_id, uid, user_code, expires_at)
      VALUES ($1, $2, $3, $4, $5, $6, now() + make_interval(secs => $7))
      ON CONFLICT (kind, id_hash) DO UPDATE
        SET payload = excluded.payload, grant_id = excluded.grant_id, uid = excluded.uid, expires_at = excluded.expires_at
        WHERE ${undecided}
      RETURNING 1
    )
    SELECT 1 FROM written`,
};

/** The engine keeps assertions of clients beside proofs of possession, both under a digest of client and `jti`. */
function isAssertion(digest: string): boolean {
  const assertion = Provider.ctx?.oidc.params?.client_assertion;
  if (typeof assertion !== 'string') return false;
  const { iss, jti } = decodeJwt(assertion);
  return createHash('sha256').update(`${iss ?? ''}${jti ?? ''}`).digest('base64url') === digest;
}

/**
 * Where the engine keeps codes, sessions, grants and refresh tokens: one table, keyed by the hash of the id. An id never reaches the
 * database, for whoever reads a backup must not be able to use what is in it (AS-57).
 */
export class PostgresAdapter implements Adapter {
  constructor(
    private readonly kind: string,
    private readonly unitOfWork: UnitOfWork,
    private readonly tombstoneSeconds: number,
  ) {}

  async upsert(id: string, payload: AdapterPayload, expiresIn: number | undefined): Promise<void> {
    if (this.kind === 'ReplayDetection') return this.claim(id, payload, expiresIn);
    const { grantId, uid, userCode } = payload;
    const keepsUid = this.kind === 'Session' ? (uid ?? null) : null;
    const stored = this.kind === 'Session' ? { ...toStored(id, payload), seen: seenNow() } : toStored(id, payload);
    const values = [this.kind, this.hashOf(id), JSON.stringify(stored), grantId ?? null, keepsUid, userCode ?? null, expiresIn ?? null];
    if (this.kind === 'Session') {
      const before = hashOfFound(id);
      return before === null ? this.unitOfWork.post(saveNewSession, values) : this.unitOfWork.post(saveFoundSession, [...values, before]);
    }
    if (this.kind !== 'DeviceCode') return this.unitOfWork.post(save, values);
    const rows = await this.unitOfWork.prepared(save, values);
    if (rows.length === 0) throw new errors.InvalidRequest('the code was used already');
  }

  /** The engine looks whether a proof of possession was used, and then notes that it was: of two at once only one may do so (RFC 9449 section 11.1). */
  private async claim(id: string, payload: AdapterPayload, expiresIn: number | undefined): Promise<void> {
    const rows = await this.unitOfWork.run((manager) =>
      manager.query<unknown[]>(
        `WITH claimed AS (
           INSERT INTO artifacts (kind, id_hash, payload, expires_at) VALUES ($1, $2, $3, now() + make_interval(secs => $4))
           ON CONFLICT (kind, id_hash) DO UPDATE SET payload = excluded.payload, expires_at = excluded.expires_at WHERE artifacts.expires_at <= now()
           RETURNING 1
         )
         SELECT 1 FROM claimed`,
        [this.kind, idHash(id), JSON.stringify(toStored(id, payload)), expiresIn ?? 0],
      ),
    );
    if (rows.length === 0) throw isAssertion(id) ? new errors.InvalidClientAuth('client assertion tokens must only be used once') : new errors.InvalidDpopProof('the DPoP proof was used before');
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    const found = await this.findWhere(findById, this.hashOf(id));
    if (found === undefined) return undefined;
    if (this.kind === 'Session') noteFoundSession(id);
    return fromStored(id, found);
  }

  findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return this.findWhere(findBySessionUid, uid);
  }

  /** Who enters a user code does not get to know the device's: what is found goes on under a handle of its row. */
  async findByUserCode(userCode: string): Promise<AdapterPayload | undefined> {
    const rows = await this.unitOfWork.look<ArtifactRow & { hash: Buffer }>(findByCode, [this.kind, userCode]);
    return rows[0] === undefined ? undefined : { ...present(rows[0]), jti: rowHandle(rows[0].hash) };
  }

  /** Single use is decided here, by one compare-and-set: the engine asks, does not wait for an answer, and goes on (AS-55). */
  async consume(id: string): Promise<void> {
    const rows = await this.unitOfWork.prepared(consume, [this.kind, idHash(id)]);
    if (rows.length > 0) return;
    if (this.kind === 'PushedAuthorizationRequest') throw new errors.InvalidRequestUri('request_uri is invalid, expired, or was already used');
    throw new errors.InvalidGrant('already used');
  }

  async destroy(id: string): Promise<void> {
    if (this.kind === 'Grant') {
      await this.unitOfWork.atomically((manager) => revokeAuthorization(manager, id, this.tombstoneSeconds));
      return;
    }
    if (this.kind === 'RefreshToken') return this.endWithItsGrant(id);
    if (this.kind === 'Session' && getsNewId(id)) return;
    await this.unitOfWork.run((manager) => manager.query('DELETE FROM artifacts WHERE kind = $1 AND id_hash = $2', [this.kind, idHash(id)]));
  }

  /**
   * The engine destroys a refresh token only to revoke its grant in the next step. Were we to die between the two, whoever asks again would
   * be told that an unknown token is revoked (RFC 7009 section 2.2) while its grant lives on: so token and grant end in one transaction.
   */
  private async endWithItsGrant(id: string): Promise<void> {
    await this.unitOfWork.atomically(async (manager) => {
      const rows = await manager.query<{ grantId: string | null }[]>('SELECT grant_id AS "grantId" FROM artifacts WHERE kind = $1 AND id_hash = $2', [this.kind, idHash(id)]);
      const grantId = rows[0]?.grantId ?? null;
      if (grantId !== null) await revokeAuthorization(manager, grantId, this.tombstoneSeconds);
      await manager.query('DELETE FROM artifacts WHERE kind = $1 AND id_hash = $2', [this.kind, idHash(id)]);
    });
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    await this.unitOfWork.run((manager) => deleteArtifactsOfGrant(manager, grantId, this.kind));
  }

  /** A handle is no secret and opens nothing from outside: the token endpoint takes none (RedeemDeviceCode). */
  private hashOf(id: string): Buffer {
    return (this.kind === 'DeviceCode' ? hashOfHandle(id) : null) ?? idHash(id);
  }

  private async findWhere(statement: Statement, value: Buffer | string): Promise<AdapterPayload | undefined> {
    const rows = await this.unitOfWork.look<ArtifactRow>(statement, [this.kind, value]);
    return rows[0] === undefined ? undefined : present(rows[0]);
  }
}
