import { consistencyOf, stageFirst } from '@latchkey/feed-writer';
import { postRow } from '@latchkey/postgres';
import { mintToken, servicePrefix } from '@latchkey/token';
import type { EntityManager } from 'typeorm';
import { patRecord } from './pat-record.ts';
import { PatEntity } from './pat.entity.ts';

/** All of a key that whoever makes it decides. */
export type KeyContent = Pick<
  PatEntity,
  'service' | 'name' | 'org' | 'scopes' | 'projects' | 'grants' | 'tools' | 'allowedIps' | 'rateLimit' | 'createdAt' | 'expiresAt' | 'replaces'
> & { /** Null: the key is its own, as those of an organization are */ owner: string | null };

export interface IssuedKey {
  row: PatEntity;
  /** To be shown once */
  token: string;
  consistency: string;
}

/** Makes a row that is not there yet, and the token that is kept nowhere. */
export function makeKey(prefix: string, content: KeyContent): { row: PatEntity; token: string } {
  const head = content.service ? servicePrefix : prefix;
  const { token, publicId, hash } = mintToken(head);
  const row = Object.assign(new PatEntity(), {
    ...content, id: publicId, hash: Buffer.from(hash, 'base64url'), prefix: `${head}${publicId}`, owner: content.owner ?? serviceSubject(publicId),
    lastUsedAt: null, revokedAt: null, revokeReason: null, replacedBy: null, noticedDays: null,
  });
  return { row, token };
}

/** What a service key is as a subject: no user, no client, itself. */
export const serviceSubject = (id: string): string => `svc_${id}`;

/** Row and outbox row, in the caller's transaction: a key that exists is told, and one that is told exists. */
export async function saveKey(manager: EntityManager, row: PatEntity): Promise<string> {
  await postRow(manager, PatEntity, 'pat-insert', row);
  const record = patRecord(row);
  return consistencyOf(record, await stageFirst(manager, record));
}
