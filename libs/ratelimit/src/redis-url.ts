import type { RedisOptions } from 'ioredis';
import { z } from 'zod';

const words = 'must be redis://[user:password@]host:6379, rediss://… for TLS, or redis+sentinel://[user:password@]host:26379,host:26379/name-of-the-primary';

const sentinel = /^redis\+sentinel:\/\/(?:([^:@/]*):([^@/]*)@)?([^@/]+)\/([A-Za-z0-9._-]+)(?:\?sentinelPassword=([^&]+))?$/;

/** Of a URL of sentinels, what the client takes; null for the URL of a Redis itself. */
export function sentinelOptions(url: string): Pick<RedisOptions, 'sentinels' | 'name' | 'username' | 'password' | 'sentinelPassword'> | null {
  const [, user, password, hosts, name, sentinelPassword] = sentinel.exec(url) ?? [];
  if (hosts === undefined || name === undefined) return null;
  const sentinels = hosts.split(',').map((host) => {
    const { hostname, port } = new URL(`tcp://${host}`);
    return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? 26_379 : Number(port) };
  });
  return {
    sentinels, name,
    ...(user === undefined || user === '' ? {} : { username: decodeURIComponent(user) }),
    ...(password === undefined ? {} : { password: decodeURIComponent(password) }),
    ...(sentinelPassword === undefined ? {} : { sentinelPassword: decodeURIComponent(sentinelPassword) }),
  };
}

function isUsable(url: string): boolean {
  if (!url.startsWith('redis+sentinel:')) return URL.canParse(url) && ['redis:', 'rediss:'].includes(new URL(url).protocol);
  try {
    return sentinelOptions(url) !== null;
  } catch {
    return false;
  }
}

/** What leads to Redis: one server, or sentinels that know which server is the primary now. */
export const redisUrlSchema = z.string().refine(isUsable, words);
