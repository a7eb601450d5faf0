import { createRedis } from '@latchkey/ratelimit';
import type { Logger } from '@latchkey/telemetry';
import { Inject, Injectable, type OnApplicationShutdown, type Provider } from '@nestjs/common';
import type { KeysEnv } from '../../env.ts';
import { KEYS_ENV, LOGGER } from '../../tokens.ts';
import { ReceiveHook } from './receive-hook.ts';
import { ReplayClaims } from './replay-claims.ts';

/** The connection that knows what was taken lately; without REDIS_URL there is none. */
@Injectable()
export class ReplayRedis implements OnApplicationShutdown {
  readonly redis;

  constructor(@Inject(KEYS_ENV) env: KeysEnv, @Inject(LOGGER) logger: Logger) {
    this.redis = env.REDIS_URL === undefined ? undefined : createRedis(env.REDIS_URL, logger);
  }

  onApplicationShutdown(): void {
    this.redis?.disconnect();
  }
}

export const receivingProviders: Provider[] = [
  ReplayRedis,
  { provide: ReplayClaims, useFactory: ({ redis }: ReplayRedis) => new ReplayClaims(redis), inject: [ReplayRedis] },
  ReceiveHook,
];
