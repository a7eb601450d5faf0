import { writerOf, writers, type FeedRecord, type Writer } from '@latchkey/contracts';
import { ShardedDigest, subjectOf, type Answering, type Feed, type FenceAnswer } from '@latchkey/feed';

/** What both writers hold to be true: it publishes every change at once and answers fences. */
export class Truth {
  readonly versions = new Map<string, { writer: Writer; version: number; record: FeedRecord }>();
  generation = 1;
  repairs: Writer[] = [];
  private readonly answering: Answering[] = [];

  constructor(private readonly feed: Feed) {}

  async begin(): Promise<void> {
    for (const writer of writers) {
      await this.feed.prepare(writer);
      this.answering.push(await this.feed.answerFences(writer, () => this.fence(writer)));
      this.answering.push(
        await this.feed.answerRepairs(writer, async () => {
          this.repairs.push(writer);
          await this.publishAll(writer);
          return { started: true };
        }),
      );
    }
  }

  async end(): Promise<void> {
    for (const one of this.answering.splice(0)) await one.stop();
  }

  /** Commits, and publishes unless told otherwise. */
  async put(record: FeedRecord, { publish = true } = {}): Promise<void> {
    const subject = subjectOf(record);
    const writer = writerOf[record.kind];
    const version = (this.versions.get(subject)?.version ?? 0) + 1;
    this.versions.set(subject, { writer, version, record });
    if (publish) await this.feed.publish(writer, { subject, version, record });
  }

  async publishAll(of: Writer): Promise<void> {
    this.generation += 1;
    for (const [subject, { writer, version, record }] of this.versions) if (writer === of) await this.feed.publish(writer, { subject, version, record });
  }

  digest(of: Writer): ShardedDigest {
    const digest = new ShardedDigest();
    for (const [subject, { writer, version }] of this.versions) if (writer === of) digest.replace(subject, 0, version);
    return digest;
  }

  async fence(writer: Writer): Promise<FenceAnswer> {
    const { epoch, sequence } = await this.feed.position(writer);
    return { epoch: `${epoch}#${this.generation}`, sequence, digest: this.digest(writer).total };
  }
}
