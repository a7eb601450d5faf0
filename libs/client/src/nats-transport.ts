import { natsErrorHeaders, natsSubjects, type NatsOperation } from '@latchkey/contracts/openapi';
import { unanswered } from './http-transport.ts';
import { LatchkeyError } from './latchkey-error.ts';
import type { Incoming, Outgoing, Transport } from './transport.ts';

interface Headers {
  set(name: string, value: string): void;
  get(name: string): string;
}

/** What is used of a `NatsConnection`. */
export interface NatsRequests {
  request(subject: string, payload: string, options: { timeout: number; headers: never }): Promise<{ headers?: Pick<Headers, 'get'> | undefined; string(): string }>;
}

export interface NatsOptions {
  /** With an `inboxPrefix` of your own: an inbox that others can listen to is none. */
  connection: NatsRequests;
  /** `headers` of `@nats-io/transport-node` */
  headers: () => Headers;
  /** A service key: nothing else is taken over NATS. */
  credential: string;
  /** For one try; 5 s when left out */
  timeoutMs?: number;
}

/** Calls over NATS request/reply, past the gateway: of keys only. */
export function natsTransport({ connection, headers: newHeaders, credential, timeoutMs = 5000 }: NatsOptions): Transport {
  return {
    async send({ name, input, headers: given, signal }: Outgoing): Promise<Incoming> {
      const subject = Object.hasOwn(natsSubjects, name) ? natsSubjects[name as NatsOperation] : undefined;
      if (subject === undefined) throw new TypeError(`${name} is not called over NATS`);
      const headers = newHeaders();
      for (const [header, value] of Object.entries({ ...given, Authorization: `Bearer ${credential}` })) headers.set(header, value);
      signal.throwIfAborted();
      let reply;
      try {
        reply = await connection.request(subject, JSON.stringify(input), { timeout: timeoutMs, headers: headers as never });
      } catch (cause) {
        const isLate = cause instanceof Error && cause.name === 'TimeoutError';
        throw isLate ? new LatchkeyError('timeout', 'Latchkey did not answer in time', null, {}, null, { cause }) : unanswered(cause, signal);
      }
      const header = (wanted: string): string | null => reply.headers?.get(wanted) || null;
      const refusal = header(natsErrorHeaders.status);
      return { status: refusal === null ? 200 : Number(refusal), text: reply.string(), header: (wanted) => header(wanted.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase())) };
    },
  };
}
