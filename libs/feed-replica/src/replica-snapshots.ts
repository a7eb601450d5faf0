import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { SystemWallClock, type WallClock } from '@latchkey/clock';
import { writerOf, writers, type Writer } from '@latchkey/contracts';
import type { FeedPosition } from '@latchkey/feed';
import type { Logger } from '@latchkey/telemetry';
import { PatStore } from './pat-store.ts';
import type { Replica } from './replica.ts';
import { digestOfRows } from './row-digest/digest-of-rows.ts';
import { readSnapshot } from './snapshot/read-snapshot.ts';
import type { OtherRecord, Snapshot } from './snapshot/snapshot.ts';
import { writeSnapshot } from './snapshot/write-snapshot.ts';
import { TokenTable } from './token-table/token-table.ts';
import { WriterState } from './writer-state.ts';

export interface SnapshotOptions {
  /** Made when it is not there. One process per directory. */
  directory: string;
  /** 32 bytes */
  key: Uint8Array;
  /** A minute when left out. */
  everyMs?: number;
  clock?: WallClock;
}

/** Writers forget what is dead for good after seven days; an older snapshot could keep it for ever. */
const maxAgeMs = 7 * 24 * 3600 * 1000;
const fileName = 'replica.snapshot';

/** Keeps what a replica holds on the disk, so that a gateway that starts need not read every feed from its beginning. */
export class ReplicaSnapshots {
  private readonly path: string;
  private readonly clock: WallClock;
  private timer: NodeJS.Timeout | undefined;
  private saving: Promise<void> | undefined;
  private saved = '';

  constructor(
    private readonly options: SnapshotOptions,
    private readonly replica: Replica,
    private readonly logger: Logger,
  ) {
    this.path = join(options.directory, fileName);
    this.clock = options.clock ?? new SystemWallClock();
  }

  /**
   * Fills the replica with the last snapshot, if there is one that is whole and not too old.
   * @returns how far each writer had been followed, in the words of the writer (`<stream>#<generation>`)
   */
  async load(): Promise<Partial<Record<Writer, FeedPosition>>> {
    await mkdir(this.options.directory, { recursive: true, mode: 0o700 });
    const { snapshot, none } = await readSnapshot(this.path, this.options.key);
    if (snapshot === undefined) {
      this.logger[none === 'missing' ? 'info' : 'warn']({ reason: none }, 'there is no snapshot; the feeds are read from their beginning');
      return {};
    }
    const ageMs = this.clock.nowMs() - snapshot.createdAtMs;
    if (ageMs > maxAgeMs) {
      this.logger.warn({ ageMs }, 'the snapshot is too old; the feeds are read from their beginning');
      return {};
    }
    for (const writer of writers) {
      const position = snapshot.positions[writer];
      if (position !== undefined) this.replica.restore(writer, await stateOf(writer, position, snapshot));
    }
    this.saved = this.present();
    this.logger.info({ ageMs, tokens: snapshot.table.size, records: snapshot.records.length }, 'the replica begins with its snapshot');
    return snapshot.positions;
  }

  /** Saves now and then, when something has changed. */
  begin(): void {
    this.timer ??= setInterval(() => void this.save(), this.options.everyMs ?? 60_000).unref();
  }

  /** Ends with what there is. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.saving;
    await this.save();
  }

  /** Saves what has changed since the last time. A disk that refuses costs a longer start, and no more than that. */
  save(): Promise<void> {
    this.saving ??= this.write()
      .catch((error: unknown) => this.logger.error({ err: error }, 'the snapshot cannot be written'))
      .finally(() => (this.saving = undefined));
    return this.saving;
  }

  private async write(): Promise<void> {
    const { replica, clock, path } = this;
    const present = this.present();
    // A state that is being rebuilt was found to be wrong, or may be.
    if (present === this.saved || writers.some((writer) => replica.isRebuilding(writer))) return;
    const { keys, identity } = { keys: replica.state('keys'), identity: replica.state('identity') };
    const positions: Partial<Record<Writer, FeedPosition>> = {};
    const isWhole = { identity: true, keys: keys.pats.strayCount === 0 };
    for (const writer of writers) {
      const { epoch, sequence } = replica.state(writer);
      if (epoch !== null && isWhole[writer]) positions[writer] = { epoch, sequence };
    }
    // Nothing has been proven yet: what is on the disk may be better.
    if (Object.keys(positions).length === 0) return;
    const table = positions.keys === undefined ? new TokenTable() : keys.pats.table;
    const records = positions.identity === undefined ? [] : toWrite(identity);
    await writeSnapshot(path, this.options.key, { createdAtMs: clock.nowMs(), positions, table, records });
    this.saved = present;
  }

  private present(): string {
    return JSON.stringify(writers.map((writer) => [this.replica.state(writer).epoch, this.replica.state(writer).sequence]));
  }
}

/** In the file as in the token table, versions are one more than they are: 0, "not of this stream", is none to either. */
export function* toWrite(state: WriterState): Generator<{ version: number; record: OtherRecord }> {
  for (const { version, record } of state.held.values()) yield { version: version + 1, record };
}

/** What one writer had said, by a snapshot that had followed it to `position`, and may hold some of what came after. */
export async function stateOf(writer: Writer, { epoch, sequence }: FeedPosition, { table, records }: Pick<Snapshot, 'table' | 'records'>): Promise<WriterState> {
  const state = new WriterState(writer === 'keys' ? new PatStore(table) : new PatStore());
  for (const { subject, version, record } of records) {
    if (record.kind !== 'pat' && writerOf[record.kind] === writer) state.restore(subject, version - 1, record);
  }
  // The file is authentic, but the digest is counted from what came out of it: it vouches for what is held, not for what was.
  state.digest.addAll(await digestOfRows(state.pats.table));
  for (const [subject, { version }] of state.held) state.digest.replace(subject, 0, version);
  state.epoch = epoch;
  state.sequence = sequence;
  state.digest.beginAt(sequence);
  return state;
}
