import type { FeedMessage, FeedRecord, PatRecord, Writer } from '@latchkey/contracts';
import type { FeedPosition } from '@latchkey/feed';
import type { TokenTable } from '../token-table/token-table.ts';

export type OtherRecord = Exclude<FeedRecord, PatRecord>;

/** All that a gateway knows, and up to where it had followed each writer when it knew it. */
export interface Snapshot<Compiled = undefined> {
  /** Wall clock of the machine that wrote it. */
  createdAtMs: number;
  /** A writer that is absent was never heard. */
  positions: Partial<Record<Writer, FeedPosition>>;
  table: TokenTable<Compiled>;
  /** Everything but personal access tokens. */
  records: FeedMessage[];
}

/**
 * What is to be written. Tokens and records may change while it is: whoever took `positions` before resumes after them, is sent all
 * that changed since, and ignores what it has already.
 */
export interface SnapshotSource {
  createdAtMs: number;
  positions: Partial<Record<Writer, FeedPosition>>;
  table: TokenTable<unknown>;
  records: Iterable<{ version: number; record: OtherRecord }>;
}

export type NoSnapshotReason =
  | 'missing'
  | 'unreadable'
  | 'not-a-file'
  | 'not-a-snapshot'
  | 'other-format'
  | 'other-byte-order'
  | 'other-key'
  | 'cut-off'
  | 'damaged';
