import { keyEpochName } from '@latchkey/access';
import { recordId, type ConnectionRecord, type EndUserIssuerRecord, type FeedMessage, type FeedRecord, type KeyEpochRecord, type PatRecord, type RecordKind, type RecordOf, type ServerRecord } from '@latchkey/contracts';
import { absorbRevocation, carriesRevocation } from './absorb.ts';
import { PatStore } from './pat-store.ts';
import { ReplicaDigest } from './proof/replica-digest.ts';

type OtherRecord = Exclude<FeedRecord, PatRecord>;
type ByKind = { [K in Exclude<RecordKind, 'pat'>]: Map<string, RecordOf<K>> };

function emptyByKind(): ByKind {
  return {
    key_epoch: new Map(), user: new Map(), org: new Map(), client: new Map(), member: new Map(),
    grant: new Map(), session: new Map(), token: new Map(), server: new Map(), jwks: new Map(), connection: new Map(), end_user_issuer: new Map(),
  };
}

/** `version` 0: a revocation that was taken over from an earlier state, and of which the present stream has not spoken. */
interface Held {
  version: number;
  record: OtherRecord;
}

/** What one writer has said: the newest record of each subject, the indexes that requests look things up in, and the digest over it. */
export class WriterState {
  readonly held = new Map<string, Held>();
  readonly records = emptyByKind();
  readonly serversBySlug = new Map<string, ServerRecord>();
  /** By slug of the server; what a project of another organization says of it is there too. */
  readonly connectionsByServer = new Map<string, Map<string, ConnectionRecord>>();
  readonly endUserIssuersByOrg = new Map<string, Map<string, EndUserIssuerRecord>>();
  /** By organization, then by what each is about */
  readonly keyEpochs = new Map<string, Map<string, number>>();
  readonly digest = new ReplicaDigest();
  /** What the writer calls the stream and generation that this was read from; null until it was asked. */
  epoch: string | null = null;
  /** Of the last message that was applied. */
  sequence = 0;

  constructor(readonly pats = new PatStore()) {
    this.digest.note(0);
  }

  /** @returns whether it was news: a version that is not higher than the one held is ignored */
  apply({ subject, version, record }: FeedMessage, sequence = this.sequence): boolean {
    const known = record.kind === 'pat' ? this.pats.versionOf(record.id) : this.held.get(subject)?.version;
    const isNews = known === undefined || known < version;
    if (isNews) {
      this.put(subject, version, record);
      this.digest.replace(subject, known ?? 0, version);
    }
    this.sequence = Math.max(this.sequence, sequence);
    this.digest.note(this.sequence);
    return isNews;
  }

  /** Takes over the revocations that an earlier state knows of: into the records that are held here too, and as they are otherwise. */
  absorb(earlier: WriterState): void {
    for (const record of earlier.pats.revoked()) {
      if (this.pats.versionOf(record.id) === undefined) this.pats.put(record, 0);
      else this.pats.revoke(record.id, record.revokedAt);
    }
    for (const [subject, { record }] of earlier.held) {
      const known = this.held.get(subject);
      if (known !== undefined) this.hold(subject, known.version, absorbRevocation(record, known.record) as OtherRecord, known);
      else if (carriesRevocation(record)) this.hold(subject, 0, record);
    }
  }

  /** Subjects and versions of which the present stream has spoken: what the digest is over. */
  *versions(): Generator<readonly [subject: string, version: number]> {
    yield* this.pats.spoken();
    for (const [subject, { version }] of this.held) if (version > 0) yield [subject, version];
  }

  /** Records that `later`, which has absorbed this, holds at another version, or not at all; what is gone by what it was. */
  *changedIn(later: WriterState): Generator<FeedRecord> {
    for (const [id, version] of this.pats.versions()) {
      const now = later.pats.versionOf(id);
      if (now === version || now === 0) continue;
      const record = later.pats.recordOf(id) ?? this.pats.recordOf(id);
      if (record !== undefined) yield record;
    }
    for (const [subject, { version, record }] of this.held) {
      const now = later.held.get(subject);
      if (now?.version !== version && now?.version !== 0) yield now?.record ?? record;
    }
  }

  /** Puts back what a snapshot held. The digest is not touched: it is counted once everything is there. */
  restore(subject: string, version: number, record: OtherRecord): void {
    this.hold(subject, version, record, this.held.get(subject));
  }

  private put(subject: string, version: number, record: FeedRecord): void {
    if (record.kind === 'pat') return this.pats.put(record, version);
    const known = this.held.get(subject);
    this.hold(subject, version, known === undefined ? record : (absorbRevocation(known.record, record) as OtherRecord), known);
  }

  private hold(subject: string, version: number, record: OtherRecord, known?: Held): void {
    if (known !== undefined) this.unindex(known.record);
    this.held.set(subject, { version, record });
    (this.records[record.kind] as Map<string, FeedRecord>).set(recordId(record) ?? '', record);
    if (record.kind === 'server' && record.deletedAt === null) this.serversBySlug.set(record.slug, record);
    if (record.kind === 'key_epoch') this.indexKeyEpoch(record);
    if (record.kind === 'connection' && record.revokedAt === null) indexUnder(this.connectionsByServer, record.server, record);
    if (record.kind === 'end_user_issuer' && record.revokedAt === null) indexUnder(this.endUserIssuersByOrg, record.org, record);
  }

  private indexKeyEpoch(record: KeyEpochRecord): void {
    const ofOrg = this.keyEpochs.get(record.org) ?? new Map<string, number>();
    this.keyEpochs.set(record.org, ofOrg.set(keyEpochName(record), record.epoch));
  }

  /** Only what still points at the old record: another one may have taken its place under the same key. */
  private unindex(record: OtherRecord): void {
    if (record.kind === 'server' && this.serversBySlug.get(record.slug) === record) this.serversBySlug.delete(record.slug);
    if (record.kind === 'connection') this.connectionsByServer.get(record.server)?.delete(record.id);
    if (record.kind === 'end_user_issuer') this.endUserIssuersByOrg.get(record.org)?.delete(record.id);
  }
}

function indexUnder<R extends { id: string }>(index: Map<string, Map<string, R>>, key: string, record: R): void {
  const found = index.get(key) ?? new Map<string, R>();
  index.set(key, found.set(record.id, record));
}
