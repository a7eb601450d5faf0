import type { FastifyReply, FastifyRequest } from 'fastify';

/** Whether cookies go over https: then they get the `__Host-` prefix, by which no sibling domain can set one for us (AS-91). */
export interface CookieScope {
  secure: boolean;
}

export const cookieScope = (issuer: string): CookieScope => ({ secure: issuer.startsWith('https:') });

const fullName = ({ secure }: CookieScope, name: string): string => (secure ? `__Host-${name}` : name);

export function readCookie(request: FastifyRequest, scope: CookieScope, name: string): string | undefined {
  const wanted = `${fullName(scope, name)}=`;
  const found = (request.headers.cookie ?? '').split(/; */).find((pair) => pair.startsWith(wanted));
  return found?.slice(wanted.length);
}

/** Sets a cookie that scripts cannot read and other sites' forms do not carry. @param maxAgeSeconds  without it, until the browser closes */
export function setCookie(reply: FastifyReply, scope: CookieScope, name: string, value: string, maxAgeSeconds?: number): void {
  const attributes = [
    `${fullName(scope, name)}=${value}`,
    'Path=/',
    'HttpOnly',
    'SameSite=Lax',
    ...(scope.secure ? ['Secure'] : []),
    ...(maxAgeSeconds === undefined ? [] : [`Max-Age=${maxAgeSeconds}`]),
  ];
  // Fastify gathers repeated Set-Cookie headers into a list.
  void reply.header('set-cookie', attributes.join('; '));
}
