import { createHmac, createSecretKey, randomBytes, timingSafeEqual } from 'node:crypto';
import { Problem } from '@latchkey/problem';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { readCookie, setCookie, type CookieScope } from './cookies.ts';

const cookieName = 'lk_csrf';

/** The value of the hidden field: bound to this browser's cookie and to the one form, so it is worth nothing elsewhere. */
const fieldValue = (secret: string, form: string): string => createHmac('sha256', createSecretKey(secret, 'utf8')).update(form).digest('base64url');

/**
 * The token for a form, and the cookie behind it where the browser has none yet.
 * @param form  names the form and what it is about, e.g. the id of an interaction
 */
export function issueCsrfToken(request: FastifyRequest, reply: FastifyReply, scope: CookieScope, form: string): string {
  const known = readCookie(request, scope, cookieName);
  const secret = known !== undefined && /^[A-Za-z0-9_-]{43}$/.test(known) ? known : randomBytes(32).toString('base64url');
  if (secret !== known) setCookie(reply, scope, cookieName, secret);
  return fieldValue(secret, form);
}

/** A mark by which this browser is known again, without its secret; null where it keeps no cookie of ours. @param purpose  what it is known for */
export function browserMark(request: FastifyRequest, scope: CookieScope, purpose: string): string | null {
  const secret = readCookie(request, scope, cookieName);
  return secret === undefined ? null : fieldValue(secret, `browser for ${purpose}`);
}

/** @throws Problem `policy_violation` (403) when the form was not one of ours, or was meant for another browser */
export function requireCsrfToken(request: FastifyRequest, scope: CookieScope, form: string, given: string | undefined): void {
  const secret = readCookie(request, scope, cookieName);
  const expected = secret === undefined ? undefined : Buffer.from(fieldValue(secret, form));
  const actual = Buffer.from(given ?? '');
  if (expected === undefined || expected.length !== actual.length || !timingSafeEqual(expected, actual)) {
    throw new Problem('policy_violation', { detail: 'This form was not sent from the page it belongs to, or your browser refused its cookie.' });
  }
}

/** The hidden field of every form. */
export const csrfFieldSchema = z.object({ _csrf: z.string().max(100) });
