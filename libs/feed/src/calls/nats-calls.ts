import type { Logger } from '@latchkey/telemetry';
import { headers as newHeaders, type Msg, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node';
import { connectNats, type NatsOptions } from '../nats/connect.ts';
import { letGo } from '../nats/let-go.ts';

export interface Call {
  subject: string;
  /** Names in lower case */
  headers: Readonly<Record<string, string>>;
  payload: string;
}

export interface CallAnswer {
  headers: Readonly<Record<string, string>>;
  payload: string;
}

export type CallHandler = (call: Call) => Promise<CallAnswer>;

export interface ServingCalls {
  /** Takes no more, and waits for those that are being answered. */
  stop(): Promise<void>;
}

/** Answers at once; whoever calls then is told to come again. */
const openLimit = 256;
/**
 * An answer goes where the caller says, with our rights: one that named a subject of a feed would have us write there. So answers go to inboxes only.
 */
const inbox = /^_INBOX(?:_[A-Za-z0-9-]+)?\./;

const namesInLowerCase = (given: MsgHdrs | undefined): Record<string, string> =>
  Object.fromEntries([...(given?.keys() ?? [])].map((name) => [name.toLowerCase(), given?.get(name) ?? '']));

/** Calls of other services over NATS request/reply, each answered by one of all who serve its subject. */
export class NatsCalls {
  private constructor(
    private readonly connection: NatsConnection,
    private readonly logger: Logger,
  ) {}

  static async connect(options: NatsOptions): Promise<NatsCalls> {
    return new NatsCalls(await connectNats(options), options.logger);
  }

  /** The longest answer that the server carries. */
  get maxPayloadBytes(): number {
    return this.connection.info?.max_payload ?? 1024 * 1024;
  }

  /**
   * @param subject  may end in a wildcard
   * @param handler  never throws; `busy` answers in its place while too many are open
   */
  serve(subject: string, queue: string, handler: CallHandler, busy: CallHandler): ServingCalls {
    const open = new Set<Promise<void>>();
    const subscription = this.connection.subscribe(subject, {
      queue,
      callback: (error: Error | null, message: Msg) => {
        if (error !== null) return;
        const answered = this.answer(message, open.size < openLimit ? handler : busy).finally(() => open.delete(answered));
        open.add(answered);
      },
    });
    return {
      stop: async () => {
        await letGo(subscription);
        await Promise.all(open);
      },
    };
  }

  private async answer(message: Msg, handler: CallHandler): Promise<void> {
    if (message.reply === undefined || !inbox.test(message.reply)) {
      this.logger.warn({ subject: message.subject }, 'a call that asks for no answer in an inbox is left alone');
      return;
    }
    try {
      const { headers, payload } = await handler({ subject: message.subject, headers: namesInLowerCase(message.headers), payload: message.string() });
      const sent = newHeaders();
      for (const [name, value] of Object.entries(headers)) sent.set(name, value);
      if (!this.connection.isClosed()) message.respond(payload, { headers: sent });
    } catch (error) {
      this.logger.error({ err: error, subject: message.subject }, 'a call could not be answered');
    }
  }

  async close(): Promise<void> {
    await this.connection.close();
  }
}
