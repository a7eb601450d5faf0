import { Problem } from '@latchkey/problem';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { readCookie, setCookie, type CookieScope } from '../pages/cookies.ts';
import { invitationPath, isInvitationToken } from './invitation-token.ts';

const name = 'lk_invitation';
const seconds = 24 * 3600;

/**
 * Brings somebody back to their invitation who had to sign in or sign up first, by whatever way they did. It holds the token and no path:
 * whoever could plant it would lead them to a page that asks, and nowhere else.
 */
export function rememberInvitation(reply: FastifyReply, cookies: CookieScope, token: string): void {
  if (!isInvitationToken(token)) throw new Problem('not_found');
  setCookie(reply, cookies, name, token, seconds);
}

/** Where to go on, once. */
export function takeInvitationPath(request: FastifyRequest, reply: FastifyReply, cookies: CookieScope): string | null {
  const token = readCookie(request, cookies, name);
  if (token === undefined) return null;
  forgetInvitation(reply, cookies);
  return isInvitationToken(token) ? invitationPath(token) : null;
}

/** The token of the invitation that somebody is to come back to. */
export function rememberedInvitation(request: FastifyRequest, cookies: CookieScope): string | null {
  const token = readCookie(request, cookies, name);
  return token !== undefined && isInvitationToken(token) ? token : null;
}

export function forgetInvitation(reply: FastifyReply, cookies: CookieScope): void {
  setCookie(reply, cookies, name, '', 0);
}
