import type { z } from 'zod';
import type { Feed } from '../feed.ts';
import { UnansweredError, type AskSubject } from './asking.ts';

/** Asks a question that needs no words, and believes no answer of another form. @throws UnansweredError */
export async function askFor<T>(feed: Pick<Feed, 'ask'>, schema: z.ZodType<T>, subject: AskSubject, timeoutMs: number): Promise<T> {
  const answer = schema.safeParse(await feed.ask(subject, null, timeoutMs));
  if (!answer.success) throw new UnansweredError(subject, 'invalid', { cause: answer.error });
  return answer.data;
}
