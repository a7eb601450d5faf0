import type { FeedRecord, Writer } from '@latchkey/contracts';
import { ShardedDigest, subjectOf, type Answering, type Feed } from '@latchkey/feed';

/** A writer's part towards gateways, played by the spec: it publishes, answers fences by what it has published, and answers questions. */
export class PlayedWriter {
  private readonly versions = new Map<string, number>();
  private readonly digest = new ShardedDigest();
  private sequence = 0;
  private readonly answerings: Answering[] = [];
  /** While true, fences are heard and never answered: a frozen NATS, seen from the gateway. */
  frozen = false;
  fences = 0;
  private readonly waiting = new Set<() => void>();
  /** What is answered to the online question over the feed; while null nobody answers, and frozen nobody hears. */
  answer: ((question: Record<string, unknown>) => unknown) | null = null;
  readonly asked: Record<string, unknown>[] = [];

  constructor(
    private readonly feed: Feed,
    private readonly writer: Writer,
  ) {}

  async start(): Promise<void> {
    this.answerings.push(
      await this.feed.answerFences(this.writer, async () => {
        this.fences += 1;
        const { epoch } = await this.feed.position(this.writer);
        if (this.frozen) await this.thaw();
        return { epoch: `${epoch}#0`, sequence: this.sequence, digest: this.digest.total };
      }),
      await this.feed.answer(`ask.${this.writer}`, async (question) => {
        this.asked.push(question as Record<string, unknown>);
        if (this.frozen || this.answer === null) await this.thaw();
        return this.answer?.(question as Record<string, unknown>);
      }),
    );
  }

  /** Lets go of what was asked of it and never answered. */
  stop(): void {
    for (const release of this.waiting) release();
  }

  private thaw(): Promise<void> {
    return new Promise((resolve) => void this.waiting.add(resolve));
  }

  /** @returns its version */
  async publish(record: FeedRecord): Promise<number> {
    const subject = subjectOf(record);
    const before = this.versions.get(subject) ?? 0;
    this.versions.set(subject, before + 1);
    const { sequence } = await this.feed.publish(this.writer, { subject, version: before + 1, record });
    this.digest.replace(subject, before, before + 1);
    this.sequence = Math.max(this.sequence, sequence);
    return before + 1;
  }
}
