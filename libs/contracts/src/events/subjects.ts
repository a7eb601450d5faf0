import type { FeedRecord, RecordKind } from './records.ts';

/** The two services that own truth and write a feed of it. */
export const writers = ['identity', 'keys'] as const;
export type Writer = (typeof writers)[number];

/** JetStream streams, one per writer. */
export const streamNames: Record<Writer, string> = { identity: 'FEED_IDENTITY', keys: 'FEED_KEYS' };

/** Who may speak of what: a record on another writer's feed is a forgery. */
export const writerOf: Record<RecordKind, Writer> = {
  pat: 'keys',
  key_epoch: 'keys',
  connection: 'keys',
  end_user_issuer: 'keys',
  user: 'identity',
  org: 'identity',
  client: 'identity',
  member: 'identity',
  grant: 'identity',
  session: 'identity',
  token: 'identity',
  server: 'identity',
  jwks: 'identity',
};

/** The identity of the thing that a record describes; `jwks` is one of a kind. */
export function recordId(record: FeedRecord): string | null {
  if (record.kind === 'jwks') return null;
  return record.kind === 'member' ? record.user : record.id;
}
