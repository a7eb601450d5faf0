import { connectAnswerSchema, type ConnectAnswer, type ConnectAsk } from '@latchkey/contracts';
import type { Feed } from '@latchkey/feed';
import { Problem } from '@latchkey/problem';
import { Inject, Injectable } from '@nestjs/common';
import { ASKING_FEED } from '../asking/ask-responder.ts';

/** Discovery, a registration and a redemption at a slow authorization server fit in. */
const timeoutMs = 20_000;

/** Asks the key service, which keeps what people connect with; this service only knows who they are. */
@Injectable()
export class AskConnecting {
  constructor(@Inject(ASKING_FEED) private readonly feed: Feed) {}

  /** @throws Problem `state_stale` (503) when there is no answer; what was asked is in no message of it */
  async run(question: ConnectAsk): Promise<ConnectAnswer> {
    try {
      return connectAnswerSchema.parse(await this.feed.ask('ask.keys', question, timeoutMs));
    } catch (cause) {
      throw new Problem('state_stale', { headers: { 'retry-after': '1' }, cause });
    }
  }
}
