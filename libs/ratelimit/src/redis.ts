import type { Logger } from '@latchkey/telemetry';
import { Redis, type RedisOptions } from 'ioredis';
import { keepStringsFast } from './fast-strings.ts';
import { sentinelOptions } from './redis-url.ts';

export type { Redis } from 'ioredis';

// What the import above did to the whole process is undone before anybody has a text to look at.
keepStringsFast();

/**
 * A Redis client for what may be lost (limits, throttles): a command that cannot run now fails now instead of waiting in a queue, and
 * an outage is logged once when it begins and once when it ends. It connects in the background, for as long as it lives.
 * @param url  of a server, or of sentinels, which are asked for the primary each time that a connection is made
 */
export function createRedis(url: string, logger: Logger): Redis {
  const options: RedisOptions = {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    connectTimeout: 2000,
    // A frozen server holds its connections open: a command gives up first, then the connection, after which none is tried.
    commandTimeout: 250,
    socketTimeout: 500,
    retryStrategy: (attempt) => Math.min(attempt * 100, 2000),
    sentinelRetryStrategy: (attempt) => Math.min(attempt * 100, 2000),
    // The primary has become a replica under our connection: the one that took over is asked for again.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  };
  const sentinels = sentinelOptions(url);
  const redis = sentinels === null ? new Redis(url, options) : new Redis({ ...options, ...sentinels });
  let away = false;
  redis.on('error', (error) => {
    if (away) return;
    away = true;
    logger.warn({ reason: error.message }, 'redis is away; limits are counted per process');
  });
  redis.on('ready', () => {
    if (away) logger.info('redis is back');
    away = false;
  });
  return redis;
}
