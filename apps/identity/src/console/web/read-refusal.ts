import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Dispatcher } from 'undici';
import { z } from 'zod';
import { capped } from './capped.ts';

export type ApiAnswer = Pick<Dispatcher.ResponseData, 'statusCode' | 'headers'> & { body: Readable };

/** A refusal is a few lines. */
const refusalBytes = 64 * 1024;
const refusalSchema = z.object({ code: z.literal('token_revoked') });

/**
 * Whether the token was refused as a revoked one. A token of the very second in which its organization or membership had all of theirs ended ties
 * with that, and a tie is dead (GW-25), also where the session that it was made for goes on. Who asks is judged before anything is done.
 * @returns beside it the answer as it can still be sent
 */
export async function readRefusal(answer: ApiAnswer): Promise<{ revoked: boolean; answer: ApiAnswer }> {
  if (answer.statusCode !== 401) return { revoked: false, answer };
  const body = await text(answer.body.compose<ReturnType<typeof capped>>(capped(refusalBytes)));
  return { revoked: refusalSchema.safeParse(parsed(body)).success, answer: { ...answer, body: Readable.from([body]) } };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
