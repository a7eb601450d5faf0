import type { Msg, NatsConnection } from '@nats-io/transport-node';
import { Answerer } from '../asking/answerer.ts';
import type { AskSubject } from '../asking/asking.ts';
import type { Answering, AnswerHandler } from '../feed.ts';
import { letGo } from './let-go.ts';

/** All who answer a subject form one queue group: the server gives each question to one of them. */
const queue = 'writers';

/** The subscription outlives the connection: the library makes it again on the next one. */
export function answerOnNats(connection: NatsConnection, subject: AskSubject, handler: AnswerHandler): Answering {
  const answerer = new Answerer(handler);
  const subscription = connection.subscribe(subject, {
    queue,
    callback: (error: Error | null, message: Msg) => {
      if (error === null) void answer(message);
    },
  });
  const answer = async (message: Msg): Promise<void> => {
    const reply = await answerer.reply(message.string());
    // An answer that would wait for the next connection comes too late for whoever asked, and there it would find nobody.
    if (!connection.isClosed()) message.respond(reply);
  };
  return {
    stop: async () => {
      await letGo(subscription);
      await answerer.settled();
    },
  };
}
