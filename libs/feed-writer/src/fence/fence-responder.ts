import type { Writer } from '@latchkey/contracts';
import type { Answering, Feed } from '@latchkey/feed';
import type { Logger } from '@latchkey/telemetry';
import type { Relay } from '../relay/relay.ts';

export interface FenceResponderOptions {
  feed: Feed;
  writer: Writer;
  relay: Relay;
  logger: Logger;
}

/** Answers what gateways ask to prove that they are up to date. Any number may answer for one writer. */
export class FenceResponder {
  private readonly answering: Answering[] = [];
  private failing = false;

  constructor(private readonly options: FenceResponderOptions) {}

  async start(): Promise<void> {
    const { feed, writer, relay, logger } = this.options;
    this.answering.push(
      await feed.answerFences(writer, () => this.telling(relay.fence())),
      await feed.answerShards(writer, () => this.telling(relay.shards())),
      await feed.answerRepairs(writer, async () => {
        const started = await this.telling(relay.repair());
        logger.error({ writer, started }, 'a gateway holds something else than the digest says, also after it was built anew');
        return { started };
      }),
    );
  }

  /** To be called before the relay is stopped. */
  async stop(): Promise<void> {
    await Promise.all(this.answering.splice(0).map((one) => one.stop()));
  }

  /** Logs the first of several failures: a thousand gateways ask four times a second. */
  private async telling<T>(answer: Promise<T>): Promise<T> {
    try {
      const value = await answer;
      this.failing = false;
      return value;
    } catch (error) {
      const { logger, writer } = this.options;
      if (!this.failing) logger.warn({ writer, reason: error instanceof Error ? error.message : 'unknown' }, 'questions of gateways cannot be answered');
      this.failing = true;
      throw error;
    }
  }
}
