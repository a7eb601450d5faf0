import { z } from 'zod';
import { Failure } from '../failure.ts';
import type { Answer } from '../http.ts';

/** RFC 6749 section 5.1, of the one kind that is used here. */
const tokensSchema = z.object({
  access_token: z.string().min(1),
  token_type: z.string().regex(/^bearer$/i),
  expires_in: z.number().positive().max(31_536_000).default(300),
  refresh_token: z.string().min(1).optional(),
  scope: z.string().default(''),
});

export interface Tokens {
  accessToken: string;
  refreshToken: string | null;
  scope: string;
  /** Milliseconds since 1970 */
  expiresAt: number;
}

/** `error` of RFC 6749 section 5.2; null for an answer that is none. */
export function oauthError({ status, body }: Answer): string | null {
  const { error } = (body ?? {}) as { error?: unknown };
  return status >= 400 && status < 500 && typeof error === 'string' ? error : null;
}

/** @throws Failure `unexpected_answer` */
export function tokensOf({ status, body }: Answer, now: number): Tokens {
  const { data } = tokensSchema.safeParse(body);
  if (status !== 200 || data === undefined) throw new Failure('unexpected_answer', `The issuer answered ${status} with something else than tokens.`);
  return { accessToken: data.access_token, refreshToken: data.refresh_token ?? null, scope: data.scope, expiresAt: now + data.expires_in * 1000 };
}
