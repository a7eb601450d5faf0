import { consistencyOf, stage } from '@latchkey/feed-writer';
import type { EntityManager } from 'typeorm';

/** Ends every access token that a client has up to now, by one record. It lives on, and gets new ones by its refresh tokens. */
export async function endAccessTokens(manager: EntityManager, id: string): Promise<string> {
  // greatest: an epoch never goes back, whatever the clock does.
  const [rows] = await manager.query<[{ epoch: number }[], number]>(
    `UPDATE clients SET epoch = greatest(epoch, floor(extract(epoch FROM clock_timestamp()))::integer) WHERE id = $1 RETURNING epoch`,
    [id],
  );
  const epoch = rows[0]?.epoch ?? null;
  const record = { kind: 'client', id, disabled: false, epoch } as const;
  return consistencyOf(record, await stage(manager, record));
}
