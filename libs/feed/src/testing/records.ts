import type { FeedMessage, FeedRecord, PatRecord, RecordOf } from '@latchkey/contracts';
import { subjectOf } from '../subject.ts';

/** A message as a writer publishes it. */
export function messageOf(record: FeedRecord, version = 1): FeedMessage {
  return { subject: subjectOf(record), version, record };
}

export function patRecord(id: string, more: Partial<PatRecord> = {}): PatRecord {
  return {
    kind: 'pat', id, hash: id.padEnd(43, '0'), org: 'acme', owner: 'owner-1', scopes: ['mcp:read'],
    projects: null, grants: null, tools: null, mintedAt: 1_700_000_000, expiresAt: null, revokedAt: null, ...more,
  };
}

export function userRecord(id: string, more: Partial<RecordOf<'user'>> = {}): RecordOf<'user'> {
  return { kind: 'user', id, disabled: false, epoch: null, ...more };
}

export function grantRecord(id: string): RecordOf<'grant'> {
  return { kind: 'grant', id, revokedAt: 1_700_000_000, expiresAt: 1_800_000_000 };
}
