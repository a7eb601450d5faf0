import { foreignText } from '../pages/foreign-text.ts';

const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Where answers of a client go, as far as it says who gets them: the origin of a web address; `loopback` for every port of this computer,
 * which any program may hold; the scheme of an app's own links.
 */
export function redirectClass(redirectUri: string): string {
  const url = URL.parse(redirectUri);
  if (url === null) return 'unknown';
  if (url.protocol === 'http:' && loopbackHosts.has(url.hostname)) return 'loopback';
  return url.protocol === 'https:' || url.protocol === 'http:' ? url.origin : foreignText(url.protocol, 80);
}
