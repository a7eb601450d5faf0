import { z } from 'zod';
import { maxPayloadBytes, UnansweredError, type AskSubject } from './asking.ts';

/** What comes back: an answer, or that there is none. Why is not said: it may hold what is nobody else's business. */
const replySchema = z.union([z.object({ answer: z.json() }), z.object({ error: z.literal('refused') })]);

export const refusal = JSON.stringify({ error: 'refused' });

function fits(text: string): boolean {
  return Buffer.byteLength(text) <= maxPayloadBytes;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @throws Error when the payload cannot be sent: a fault of the caller */
export function writeQuestion(payload: unknown): string {
  const text = JSON.stringify(payload ?? null);
  if (!fits(text)) throw new Error(`A question may have ${maxPayloadBytes} bytes`);
  return text;
}

/** @returns the payload; undefined for what is no question */
export function readQuestion(text: string): unknown {
  return fits(text) ? parse(text) : undefined;
}

/** @throws Error when the answer is too long: a fault of whoever answers */
export function writeAnswer(answer: unknown): string {
  const text = JSON.stringify({ answer: answer ?? null });
  if (!fits(text)) throw new Error(`An answer may have ${maxPayloadBytes} bytes`);
  return text;
}

/** @throws UnansweredError */
export function readAnswer(subject: AskSubject, text: string): unknown {
  const reply = replySchema.safeParse(fits(text) ? parse(text) : undefined);
  if (!reply.success) throw new UnansweredError(subject, 'invalid');
  if ('error' in reply.data) throw new UnansweredError(subject, 'refused');
  return reply.data.answer;
}
