import { createHash } from 'node:crypto';
import { recordId, writerOf, type FeedRecord } from '@latchkey/contracts';

/** What may stand in a NATS subject as it is: no dot, no wildcard, no space, and short. */
const plainId = /^[A-Za-z0-9_-]{1,64}$/;

/** Ids of any other form (client ids may be URLs) are replaced by their digest; `~` keeps them apart from plain ones. */
function token(id: string): string {
  return plainId.test(id) ? id : `~${createHash('sha256').update(id).digest('base64url')}`;
}

/** The subject of a record: `feed.<writer>.<kind>.<id>`; records of one subject replace each other. */
export function subjectOf(record: FeedRecord): string {
  const id = recordId(record);
  const kind = `feed.${writerOf[record.kind]}.${record.kind}`;
  return id === null ? kind : `${kind}.${token(id)}`;
}
