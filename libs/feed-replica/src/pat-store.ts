import type { PatRecord } from '@latchkey/contracts';
import { subjectOf } from '@latchkey/feed';
import { absorbRevocation } from './absorb.ts';
import { TokenTable } from './token-table/token-table.ts';

interface Stray {
  version: number;
  record: PatRecord;
}

interface Made extends Stray {
  /** How often the table had changed when it was last known to be what the table says */
  changes: number;
}

/** How many records of the table are kept as objects once they were asked for. */
const madeLimit = 8192;

/**
 * Personal access tokens: in the table all that are as the keys service makes them, and beside it whatever else the contract lets pass,
 * because a record that is not held would keep the digest from ever matching.
 *
 * Version 0 is for a token that the present stream has not spoken of. The table knows no such version, so it holds one more than ours.
 */
export class PatStore {
  private readonly strays = new Map<string, Stray>();
  private readonly straysByHash = new Map<string, PatRecord>();
  private readonly made = new Map<string, Made>();

  constructor(readonly table: TokenTable = new TokenTable()) {}

  get size(): number {
    return this.table.size + this.strays.size;
  }

  /** A record that does not change: the same object each time, as long as nothing has changed and it is asked for often. */
  byHash(hash43: string): PatRecord | undefined {
    const { table } = this;
    const { changes } = table;
    const made = this.made.get(hash43);
    // Hot path: the table is as it was when this was looked up there.
    if (made?.changes === changes) return made.record;
    const row = table.find(hash43);
    if (row === -1) return this.straysByHash.get(hash43);
    const version = table.versionOf(row);
    // What is in the table counts: an object of another version, or from before a revocation, is not it.
    if (made?.version === version && made.record.revokedAt === table.revokedAtOf(row)) {
      made.changes = changes;
      return made.record;
    }
    if (this.made.size >= madeLimit) this.made.clear();
    const record = table.recordOf(row);
    this.made.set(hash43, { version, record, changes });
    return record;
  }

  versionOf(id: string): number | undefined {
    const row = this.table.findId(id);
    return row === -1 ? this.strays.get(id)?.version : this.table.versionOf(row) - 1;
  }

  recordOf(id: string): PatRecord | undefined {
    const row = this.table.findId(id);
    return row === -1 ? this.strays.get(id)?.record : this.table.recordOf(row);
  }

  /** The caller has seen that `version` is higher than the one held. What was revoked stays it. */
  put(record: PatRecord, version: number): void {
    const stray = this.strays.get(record.id);
    if (stray !== undefined) return this.putStray(absorbRevocation(stray.record, record) as PatRecord, version);
    try {
      this.table.apply(record, version + 1);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      const before = this.recordOf(record.id);
      this.table.remove(record.id);
      this.putStray(before === undefined ? record : (absorbRevocation(before, record) as PatRecord), version);
    }
  }

  /** Marks what is held here as revoked at the earlier of both times. */
  revoke(id: string, atSeconds: number): void {
    const stray = this.strays.get(id);
    if (stray === undefined) this.table.revoke(id, atSeconds);
    else this.putStray({ ...stray.record, revokedAt: Math.min(stray.record.revokedAt ?? atSeconds, atSeconds) }, stray.version);
  }

  /** Everything held, with 0 for what the present stream has not spoken of. Not to be changed meanwhile. */
  *versions(): Generator<readonly [id: string, version: number]> {
    for (const row of this.table.liveRows()) yield [this.table.idOf(row), this.table.versionOf(row) - 1];
    for (const [id, { version }] of this.strays) yield [id, version];
  }

  /** What the digest is over: subjects, with the versions of which the present stream has spoken. */
  *spoken(): Generator<readonly [subject: string, version: number]> {
    const { table } = this;
    for (const row of table.liveRows()) {
      const version = table.versionOf(row) - 1;
      // Ids in the table are plain words, as they are in subjects.
      if (version > 0) yield [`feed.keys.pat.${table.idOf(row)}`, version];
    }
    for (const { version, record } of this.strays.values()) if (version > 0) yield [subjectOf(record), version];
  }

  *revoked(): Generator<PatRecord & { revokedAt: number }> {
    for (const row of this.table.liveRows()) {
      if (this.table.revokedAtOf(row) !== null) yield this.table.recordOf(row) as PatRecord & { revokedAt: number };
    }
    for (const { record } of this.strays.values()) if (record.revokedAt !== null) yield { ...record, revokedAt: record.revokedAt };
  }

  /** What a snapshot of the table does not hold. */
  get strayCount(): number {
    return this.strays.size;
  }

  private putStray(record: PatRecord, version: number): void {
    const before = this.strays.get(record.id)?.record;
    if (before !== undefined && this.straysByHash.get(before.hash) === before) this.straysByHash.delete(before.hash);
    this.strays.set(record.id, { version, record });
    this.straysByHash.set(record.hash, record);
  }
}
