import { connectAskSchema, keysAskSchema } from '@latchkey/contracts';
import type { Answering, Feed } from '@latchkey/feed';
import type { Logger } from '@latchkey/telemetry';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Connecting } from '../connections/connecting/connecting.ts';
import { LOGGER } from '../tokens.ts';
import { AnswerAsk } from './answer-ask.ts';
import { ASKING_FEED } from './asking-feed.ts';

/** Answers over the connection of the feed, the fastest way to this question while it is there. */
@Injectable()
export class AskResponder implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private answering: Promise<Answering | undefined> = Promise.resolve(undefined);

  constructor(
    private readonly answerAsk: AnswerAsk,
    private readonly connecting: Connecting,
    @Inject(ASKING_FEED) private readonly feed: Feed,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** A feed that is away keeps no service from starting: HTTP is the other way. */
  onApplicationBootstrap(): void {
    this.answering = this.feed.answer('ask.keys', (payload) => this.answer(payload)).catch((error: unknown) => {
      this.logger.error({ err: error }, 'questions over the feed cannot be answered');
      return undefined;
    });
  }

  /** While Postgres is still connected: what was asked is answered. */
  async beforeApplicationShutdown(): Promise<void> {
    await (await this.answering)?.stop();
  }

  private async answer(payload: unknown): Promise<unknown> {
    try {
      if (typeof payload === 'object' && payload !== null && 'connect' in payload) return await this.connecting.run(connectAskSchema.parse(payload));
      return await this.answerAsk.run(keysAskSchema.parse(payload));
    } catch (error) {
      this.logger.warn({ err: error }, 'a question over the feed could not be answered');
      throw error;
    }
  }
}
