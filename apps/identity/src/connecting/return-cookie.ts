import type { FastifyReply, FastifyRequest } from 'fastify';
import { readCookie, setCookie, type CookieScope } from '../pages/cookies.ts';

const name = 'lk_connect';
const seconds = 900;

export const isTicket = (text: string): boolean => /^[A-Za-z0-9_-]{43}$/.test(text);
export const connectPath = (ticket: string): string => `/connect/${ticket}`;

/** Brings somebody back who had to sign in first. It holds a ticket and no path: whoever could plant it would lead them to a page that asks. */
export function rememberTicket(reply: FastifyReply, cookies: CookieScope, ticket: string): void {
  setCookie(reply, cookies, name, ticket, seconds);
}

/** Where to go on, once. */
export function takeConnectPath(request: FastifyRequest, reply: FastifyReply, cookies: CookieScope): string | null {
  const ticket = readCookie(request, cookies, name);
  if (ticket === undefined) return null;
  setCookie(reply, cookies, name, '', 0);
  return isTicket(ticket) ? connectPath(ticket) : null;
}
