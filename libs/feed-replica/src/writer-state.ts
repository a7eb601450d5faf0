import { recordId, type FeedMessage, type FeedRecord, type PatRecord, type RecordKind, type RecordOf, type ServerRecord } from '@latchkey/contracts';
import { absorbRevocation, carriesRevocation } from './absorb.ts';

type ByKind = { [K in RecordKind]: Map<string, RecordOf<K>> };

function emptyByKind(): ByKind {
  return {
    pat: new Map(), user: new Map(), org: new Map(), client: new Map(), member: new Map(),
    grant: new Map(), session: new Map(), token: new Map(), server: new Map(), jwks: new Map(),
  };
}

interface Held {
  version: number;
  record: FeedRecord;
}

/** What one writer has said: the newest record of each subject, and the indexes that requests look things up in. */
export class WriterState {
  readonly held = new Map<string, Held>();
  readonly records = emptyByKind();
  readonly patsByHash = new Map<string, PatRecord>();
  readonly serversBySlug = new Map<string, ServerRecord>();

  /** @returns whether it was news: a version that is not higher than the one held is ignored */
  apply({ subject, version, record }: FeedMessage): boolean {
    const known = this.held.get(subject);
    if (known !== undefined && known.version >= version) return false;
    this.hold(subject, version, known === undefined ? record : absorbRevocation(known.record, record), known);
    return true;
  }

  /** Takes over the revocations that an earlier state knows of: into the records that are held here too, and as they are otherwise. */
  absorb(earlier: WriterState): void {
    for (const [subject, { version, record }] of earlier.held) {
      const known = this.held.get(subject);
      if (known !== undefined) this.hold(subject, known.version, absorbRevocation(record, known.record), known);
      else if (carriesRevocation(record)) this.hold(subject, version, record);
    }
  }

  private hold(subject: string, version: number, record: FeedRecord, known?: Held): void {
    if (known !== undefined) this.unindex(known.record);
    this.held.set(subject, { version, record });
    this.put(record);
  }

  private put(record: FeedRecord): void {
    (this.records[record.kind] as Map<string, FeedRecord>).set(recordId(record) ?? '', record);
    if (record.kind === 'pat') this.patsByHash.set(record.hash, record);
    if (record.kind === 'server' && record.deletedAt === null) this.serversBySlug.set(record.slug, record);
  }

  /** Only what still points at the old record: another one may have taken its place under the same key. */
  private unindex(record: FeedRecord): void {
    if (record.kind === 'pat' && this.patsByHash.get(record.hash) === record) this.patsByHash.delete(record.hash);
    if (record.kind === 'server' && this.serversBySlug.get(record.slug) === record) this.serversBySlug.delete(record.slug);
  }
}
