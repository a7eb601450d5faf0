import { createHash } from 'node:crypto';
import type { FeedMessage, FeedRecord } from '@latchkey/contracts';
import { subjectOf, type FeedState } from '@latchkey/feed';

interface Row {
  subject: string;
  version: number;
  record: FeedRecord;
  publishedVersion: number;
  /** At which it stands on the stream; null where that is not known. */
  publishedSequence: number | null;
}

export interface Pending extends FeedMessage {
  replaces: number | null;
}

export interface PublishedTo {
  stream: string;
  generation: number;
  sequence: number;
}

const digests = new Map<string, bigint>();

/** The formula of the protocol, written down a second time: the code under test has to agree with it. */
function digestOf(subject: string, version: number): bigint {
  const key = `${subject}@${version}`;
  let digest = digests.get(key);
  if (digest === undefined) digests.set(key, (digest = BigInt(`0x${createHash('sha256').update(key).digest('hex')}`)));
  return digest;
}

/**
 * The truth: an outbox with the newest record of each subject. Every method is one transaction or one statement. Marks wait for no disk: a
 * crash takes those that nothing on the disk has followed.
 */
export class ModelDatabase {
  readonly rows = new Map<string, Row>();
  publishedTo: PublishedTo = { stream: '', generation: 0, sequence: 0 };
  private readonly unsaved: (() => void)[] = [];

  commit(record: FeedRecord): void {
    const subject = subjectOf(record);
    const row = this.rows.get(subject);
    const { publishedVersion, publishedSequence } = row ?? { publishedVersion: 0, publishedSequence: null };
    this.rows.set(subject, { subject, version: (row?.version ?? 0) + 1, record, publishedVersion, publishedSequence });
    this.save();
  }

  pending(limit: number): Pending[] {
    const pending: Pending[] = [];
    for (const { subject, version, record, publishedVersion, publishedSequence } of this.rows.values()) {
      if (publishedVersion !== version && pending.length < limit) pending.push({ subject, version, record, replaces: publishedSequence });
    }
    return pending;
  }

  /** @returns whether the stream is still the one that was published to */
  mark({ stream, generation }: PublishedTo, acknowledged: readonly { message: FeedMessage; sequence: number }[]): boolean {
    const { publishedTo } = this;
    if (publishedTo.stream !== stream || publishedTo.generation !== generation) return false;
    const before = { ...publishedTo };
    this.unsaved.push(() => void (this.publishedTo = before));
    for (const { message, sequence } of acknowledged) {
      publishedTo.sequence = Math.max(publishedTo.sequence, sequence);
      const row = this.rows.get(message.subject);
      if (row?.version !== message.version) continue;
      const { publishedVersion, publishedSequence } = row;
      this.unsaved.push(() => void Object.assign(row, { publishedVersion, publishedSequence }));
      Object.assign(row, { publishedVersion: message.version, publishedSequence: sequence });
    }
    return true;
  }

  crash(): void {
    for (let undo = this.unsaved.pop(); undo !== undefined; undo = this.unsaved.pop()) undo();
  }

  /** What is written to the disk takes with it everything before it. */
  private save(): void {
    this.unsaved.length = 0;
  }

  lacks(known: PublishedTo, state: FeedState, countsMessages: boolean): boolean {
    if (state.epoch !== known.stream || state.sequence < known.sequence) return true;
    const published = [...this.rows.values()].filter(({ version, publishedVersion }) => version === publishedVersion).length;
    return countsMessages ? state.messages < published : state.messages === 0 && published > 0;
  }

  startOver(known: PublishedTo, state: FeedState): void {
    if (known.stream !== this.publishedTo.stream || known.generation !== this.publishedTo.generation) return;
    this.publishedTo = { stream: state.epoch, generation: known.generation + 1, sequence: state.sequence };
    for (const row of this.rows.values()) Object.assign(row, { publishedVersion: 0, publishedSequence: null });
    this.save();
  }

  /** Pending, position and digest of one moment. */
  snapshot(): { isPending: boolean; epoch: string; sequence: number; digest: string } {
    const { stream, generation, sequence } = this.publishedTo;
    let isPending = false;
    let digest = 0n;
    for (const { subject, version, publishedVersion } of this.rows.values()) {
      isPending ||= version !== publishedVersion;
      if (publishedVersion > 0) digest ^= digestOf(subject, publishedVersion);
    }
    return { isPending, epoch: `${stream}#${generation}`, sequence, digest: digest.toString(16).padStart(64, '0') };
  }
}
