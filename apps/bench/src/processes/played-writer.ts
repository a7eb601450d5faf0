import type { FeedRecord, Writer } from '@latchkey/contracts';
import { ShardedDigest, subjectOf, type InProcessFeed } from '@latchkey/feed';

/** A writer as far as a gateway sees it: publishes, and answers fences by what it has published. */
export class PlayedWriter {
  private readonly digest = new ShardedDigest();
  private sequence = 0;

  constructor(
    private readonly feed: InProcessFeed,
    private readonly writer: Writer,
  ) {}

  async start(): Promise<void> {
    await this.feed.prepare(this.writer);
    await this.feed.answerFences(this.writer, async () => {
      const { epoch } = await this.feed.position(this.writer);
      return { epoch: `${epoch}#0`, sequence: this.sequence, digest: this.digest.total };
    });
  }

  async publish(record: FeedRecord): Promise<void> {
    const subject = subjectOf(record);
    const { sequence } = await this.feed.publish(this.writer, { subject, version: 1, record });
    this.digest.replace(subject, 0, 1);
    this.sequence = sequence;
  }
}
