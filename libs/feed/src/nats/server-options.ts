import type { NodeConnectionOptions } from '@nats-io/transport-node';

/**
 * Reads `nats://[user:password@]host:port`, or several, also as one string with commas. The client takes credentials as options only, and
 * they have no place in a log line that names a server. A user without a password is a token; `tls://` asks for TLS.
 */
export function serverOptions(servers: string | readonly string[]): Pick<NodeConnectionOptions, 'servers' | 'user' | 'pass' | 'token' | 'tls'> {
  const list = typeof servers === 'string' ? servers.split(',').map((server) => server.trim()) : servers;
  const urls = list.map((server) => new URL(server.includes('://') ? server : `nats://${server}`));
  const login = urls.find((url) => url.username !== '');
  const user = login === undefined ? undefined : decodeURIComponent(login.username);
  const pass = login === undefined ? '' : decodeURIComponent(login.password);
  return {
    servers: urls.map((url) => url.host),
    ...(user === undefined ? {} : pass === '' ? { token: user } : { user, pass }),
    ...(urls.some((url) => url.protocol === 'tls:') ? { tls: {} } : {}),
  };
}
