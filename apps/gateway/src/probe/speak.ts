import type { Pool } from 'undici';
import { isObject } from '../message/message.ts';
import { EventReader } from '../rewrite/event-reader.ts';

const mostBytes = 1024 * 1024;

export interface Spoken {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  /** The answer to the message, where there is one that can be read */
  message: Record<string, unknown> | null;
}

export interface Words {
  path: string;
  headers: Record<string, string>;
  /** With an id, an answer is waited for */
  message: { id?: string; method: string; params?: object };
  signal: AbortSignal;
}

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** The first message of a stream that answers `id` */
class AnswerReader {
  private readonly events = new EventReader();

  constructor(private readonly id: string) {}

  push(chunk: Buffer): Record<string, unknown> | null {
    for (const data of this.events.push(chunk)) {
      const value = jsonOf(data);
      if (isObject(value) && value['id'] === this.id) return value;
    }
    return null;
  }
}

/** Says one message to a server and reads what it answers, as JSON or as events, and no more of it than it takes. @throws what the connection throws */
export async function speak(pool: Pool, { path, headers, message, signal }: Words): Promise<Spoken> {
  const { statusCode: status, headers: answered, body } = await pool.request({
    path, method: 'POST', signal, body: JSON.stringify({ jsonrpc: '2.0', ...message }),
    headers: { ...headers, 'content-type': 'application/json', accept: 'application/json, text/event-stream', 'accept-encoding': 'identity' },
  });
  const isStream = /^text\/event-stream\b/i.test(String(answered['content-type'] ?? ''));
  const { id } = message;
  const answers = isStream && id !== undefined ? new AnswerReader(id) : null;
  const chunks: Buffer[] = [];
  let length = 0;
  let found: Record<string, unknown> | null = null;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (!isStream) chunks.push(chunk);
    found = answers?.push(chunk) ?? null;
    if (found !== null || length > mostBytes) break;
  }
  const whole = isStream ? undefined : jsonOf(Buffer.concat(chunks).toString('utf8'));
  return { status, headers: answered, message: isStream ? found : isObject(whole) ? whole : null };
}
