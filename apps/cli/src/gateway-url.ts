import { Failure } from './failure.ts';
import type { World } from './world.ts';

const loopback = /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;
export const isLoopback = (url: string | URL): boolean => loopback.test(new URL(url).hostname);

/** Of what somebody typed. @throws Failure `usage` for what is not the address of a gateway */
export function gatewayUrl(text: string): string {
  const url = URL.parse(text);
  const isOrigin = url !== null && /^https?:$/.test(url.protocol) && url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '' && url.password === '';
  if (!isOrigin) throw new Failure('usage', 'The URL of the gateway is its origin, such as https://mcp.example.com, without a path.');
  return url.origin;
}

/** A credential goes over plain HTTP to this machine only. @throws Failure `unsafe_url` */
export function requireSafe(url: string, what: string, env: World['env']): void {
  const parsed = URL.parse(url);
  if (parsed?.protocol === 'https:') return;
  if (parsed?.protocol === 'http:' && (isLoopback(parsed) || env['LATCHKEY_ALLOW_HTTP'] === 'true')) return;
  throw new Failure('unsafe_url', `${what} is not https, so whoever is on the way could read the credential.`, 'Use https. In a network that you trust, LATCHKEY_ALLOW_HTTP=true lets it pass.');
}
