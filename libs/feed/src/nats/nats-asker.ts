import { errors, type Msg, type NatsConnection } from '@nats-io/transport-node';
import { UnansweredError, type AskSubject, type UnansweredReason } from '../asking/asking.ts';
import { readAnswer, writeQuestion } from '../asking/wire.ts';

function reasonOf(error: unknown): UnansweredReason {
  if (error instanceof errors.TimeoutError) return 'timeout';
  if (error instanceof errors.NoRespondersError || (error instanceof errors.RequestError && error.isNoResponders())) return 'no_responder';
  return 'away';
}

/** Asks over NATS, and only while it is there: a question that waited in the library's buffer for hours would be answered for nobody. */
export class NatsAsker {
  private away = false;

  constructor(private readonly connection: NatsConnection) {
    void this.watch();
  }

  async ask(subject: AskSubject, payload: unknown, timeoutMs: number): Promise<unknown> {
    const question = writeQuestion(payload);
    if (this.away) throw new UnansweredError(subject, 'away');
    let reply: Msg;
    try {
      reply = await this.connection.request(subject, question, { timeout: timeoutMs });
    } catch (error) {
      throw new UnansweredError(subject, reasonOf(error), { cause: error });
    }
    return readAnswer(subject, reply.string());
  }

  private async watch(): Promise<void> {
    for await (const { type } of this.connection.status()) {
      if (type === 'disconnect') this.away = true;
      else if (type === 'reconnect') this.away = false;
    }
    this.away = true;
  }
}
