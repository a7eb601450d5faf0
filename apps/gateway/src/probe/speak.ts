import type { Pool } from 'undici';
import { isObject } from '../message/message.ts';

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

/** The first message in a stream of events that answers `id`; events may end in any of the three ways. */
function answerIn(text: string, id: string): Record<string, unknown> | null {
  for (const event of text.split(/\r\n\r\n|\n\n|\r\r/)) {
    const data = event.split(/\r\n|\n|\r/).filter((line) => line.startsWith('data:')).map((line) => line.slice(5)).join('\n');
    const value = jsonOf(data);
    if (isObject(value) && value['id'] === id) return value;
  }
  return null;
}

/** Says one message to a server and reads what it answers, as JSON or as events, and no more of it than it takes. @throws what the connection throws */
export async function speak(pool: Pool, { path, headers, message, signal }: Words): Promise<Spoken> {
  const { statusCode: status, headers: answered, body } = await pool.request({
    path, method: 'POST', signal, body: JSON.stringify({ jsonrpc: '2.0', ...message }),
    headers: { ...headers, 'content-type': 'application/json', accept: 'application/json, text/event-stream', 'accept-encoding': 'identity' },
  });
  const isStream = /^text\/event-stream\b/i.test(String(answered['content-type'] ?? ''));
  const { id } = message;
  let text = '';
  let found: Record<string, unknown> | null = null;
  for await (const chunk of body) {
    text += String(chunk);
    if (isStream && id !== undefined) found = answerIn(text, id);
    if (found !== null || text.length > mostBytes) break;
  }
  const whole = isStream ? undefined : jsonOf(text);
  return { status, headers: answered, message: isStream ? found : isObject(whole) ? whole : null };
}
