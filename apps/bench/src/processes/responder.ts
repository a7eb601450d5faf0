import { connect, type NatsConnection } from '@nats-io/transport-node';
import { answerCalls } from './calls.ts';

let connection: NatsConnection | undefined;

/** Answers every question with the same few bytes: the least that a writer could do. */
const calls = {
  start: async (natsUrl: string): Promise<void> => {
    connection = await connect({ servers: new URL(natsUrl).host });
    const answer = JSON.stringify({ answer: { epoch: 'x'.repeat(40), sequence: 1, digest: '0'.repeat(64) } });
    connection.subscribe('bare', { callback: (_error, message) => void message.respond(answer) });
    await connection.flush();
  },
  /** Microseconds of CPU that this process has used. */
  cpu: (): number => {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
};
export type ResponderCalls = typeof calls;

answerCalls(calls, async () => connection?.close());
