import type { FastifyReply, FastifyRequest } from 'fastify';
import { readCookie, setCookie, type CookieScope } from '../../pages/cookies.ts';

const name = 'lk_console_path';
const seconds = 900;

/** A page of the console and nothing else: whoever could plant the cookie would lead nobody elsewhere. */
const consolePath = /^\/console\/orgs\/[a-z0-9-]{1,63}(?:\/[A-Za-z0-9._~-]{1,128}){0,4}(?:\?[A-Za-z0-9._~%=&:+-]{0,512})?$/;

/** Brings somebody who had to sign in first back to the page that they had opened. */
export function rememberPath(reply: FastifyReply, cookies: CookieScope, path: string): void {
  if (consolePath.test(path)) setCookie(reply, cookies, name, encodeURIComponent(path), seconds);
}

/** Where to go on, once. */
export function takePath(request: FastifyRequest, reply: FastifyReply, cookies: CookieScope): string | null {
  const value = readCookie(request, cookies, name);
  if (value === undefined || value === '') return null;
  setCookie(reply, cookies, name, '', 0);
  try {
    const path = decodeURIComponent(value);
    return consolePath.test(path) ? path : null;
  } catch {
    return null;
  }
}
