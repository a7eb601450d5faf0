import { keysAnswerSchema, type KeysAnswer, type KeysAsk } from '@latchkey/contracts';
import type { Feed } from '@latchkey/feed';
import type { Logger } from '@latchkey/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { ASKING_FEED } from '../asking/ask-responder.ts';
import { LOGGER } from '../tokens.ts';
import { unavailable } from './refusals.ts';

const timeoutMs = 1000;

/** Asks the key service about a personal access token: this service holds none of them, and takes none for good that it cannot ask about. */
@Injectable()
export class AskKeys {
  constructor(
    @Inject(ASKING_FEED) private readonly feed: Feed,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** @throws TemporarilyUnavailable (503) when there is no answer */
  async run(question: KeysAsk): Promise<KeysAnswer> {
    try {
      return keysAnswerSchema.parse(await this.feed.ask('ask.keys', question, timeoutMs));
    } catch (error) {
      this.logger.warn({ err: error }, 'the key service cannot be asked');
      throw unavailable('The key service cannot be asked at the moment.');
    }
  }
}
