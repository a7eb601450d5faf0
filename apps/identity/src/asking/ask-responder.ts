import { epochsAskSchema, identityAskSchema, serverAskSchema } from '@latchkey/contracts';
import type { Answering, Feed } from '@latchkey/feed';
import type { Logger } from '@latchkey/telemetry';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { LOGGER } from '../tokens.ts';
import { AnswerAsk } from './answer-ask.ts';
import { AnswerEpochsAsk } from './answer-epochs-ask.ts';
import { AnswerServerAsk } from './answer-server-ask.ts';

/** Injects the `Feed` of this process. */
export const ASKING_FEED = Symbol('ASKING_FEED');

/** Answers over the connection of the feed, the fastest way to this question while it is there. */
@Injectable()
export class AskResponder implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private answering: Promise<Answering | undefined> = Promise.resolve(undefined);

  constructor(
    private readonly answerAsk: AnswerAsk,
    private readonly answerServerAsk: AnswerServerAsk,
    private readonly answerEpochsAsk: AnswerEpochsAsk,
    @Inject(ASKING_FEED) private readonly feed: Feed,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** A feed that is away keeps no service from starting: HTTP is the other way. */
  onApplicationBootstrap(): void {
    this.answering = this.feed.answer('ask.identity', (payload) => this.answer(payload)).catch((error: unknown) => {
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
      const aboutServer = serverAskSchema.safeParse(payload);
      if (aboutServer.success) return await this.answerServerAsk.run(aboutServer.data.server);
      const aboutEpochs = epochsAskSchema.safeParse(payload);
      if (aboutEpochs.success) return await this.answerEpochsAsk.run(aboutEpochs.data.epochs, aboutEpochs.data.since);
      return await this.answerAsk.run(identityAskSchema.parse(payload));
    } catch (error) {
      this.logger.warn({ err: error }, 'a question over the feed could not be answered');
      throw error;
    }
  }
}
