import type { AuditEvent } from '@latchkey/contracts';
import { consistencyOf, firstRecord, stageFirst, type FirstRecord } from '@latchkey/feed-writer';
import { postRows } from '@latchkey/postgres';
import { mintToken, servicePrefix } from '@latchkey/token';
import type { EntityManager } from 'typeorm';
import { recordEvents } from '../audit/record-audit.ts';
import { stageEvents } from '../webhooks/sending/stage-event.ts';
import { patRecord } from './pat-record.ts';
import { PatEntity } from './pat.entity.ts';
import { patView } from './pat-view.ts';

/** All of a key that whoever makes it decides. */
export type KeyContent = Pick<
  PatEntity,
  'service' | 'name' | 'org' | 'scopes' | 'projects' | 'grants' | 'tools' | 'allowedIps' | 'rateLimit' | 'createdAt' | 'expiresAt' | 'replaces'
> & { /** Null: the key is its own, as those of an organization are */ owner: string | null };

/** Makes a row that is not there yet, and the token that is kept nowhere. */
export function makeKey(prefix: string, content: KeyContent): { row: PatEntity; token: string; record: FirstRecord } {
  const head = content.service ? servicePrefix : prefix;
  const { token, publicId, hash } = mintToken(head);
  const row = Object.assign(new PatEntity(), {
    ...content, id: publicId, hash: Buffer.from(hash, 'base64url'), prefix: `${head}${publicId}`, owner: content.owner ?? serviceSubject(publicId),
    lastUsedAt: null, revokedAt: null, revokeReason: null, replacedBy: null, noticedDays: null,
  });
  return { row, token, record: firstRecord(patRecord(row)) };
}

/** What a service key is as a subject: no user, no client, itself. */
export const serviceSubject = (id: string): string => `svc_${id}`;

/** A key that was asked for, as the feed is to have it, and the entry in the log that says so. */
export interface MadeKey {
  row: PatEntity;
  record: FirstRecord;
  minted: AuditEvent;
}

/** What `consistency` says of a new key: there is no version of it before. */
export const firstConsistency = ({ record }: FirstRecord): string => consistencyOf(record, 1);

/** Row and outbox row, in the caller's transaction: a key that exists is told, and one that is told exists. */
export async function saveKeys(manager: EntityManager, keys: readonly Pick<MadeKey, 'row' | 'record'>[]): Promise<void> {
  await postRows(manager, PatEntity, 'pat-insert', keys.map(({ row }) => row));
  await stageFirst(manager, keys.map(({ record }) => record));
}

/** Keys of one organization and all that there is to tell of them, in the caller's transaction. */
export async function storeMade(manager: EntityManager, org: string, keys: readonly MadeKey[]): Promise<void> {
  await saveKeys(manager, keys);
  await recordEvents(manager, keys.map(({ minted }) => minted));
  await stageEvents(manager, { org, type: 'key.minted' }, keys.map(({ row }) => ({ at: row.createdAt, data: patView(row, row.createdAt) })));
}
