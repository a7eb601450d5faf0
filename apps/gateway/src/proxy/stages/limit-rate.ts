import { Problem } from '@latchkey/problem';
import type { RateLimitDecision, RateLimiter } from '@latchkey/ratelimit';
import type { Replica } from '@latchkey/feed-replica';
import { addressKey } from '../../credentials/address-key.ts';
import { limitsOf } from '../../credentials/key-limits.ts';
import { limitKeyOf } from '../../credentials/principal.ts';
import type { Exchange } from '../exchange.ts';
import type { Stage } from '../stage.ts';

export interface LimitRateOptions {
  perCredential: RateLimiter;
  /** For what needs no login. */
  perAddress: RateLimiter;
  /** Reports of leaks, per address */
  leaks: RateLimiter;
  /** Incoming webhooks, per address: those of many organizations come from the few of one sender, and not every sender tries again. */
  hooksPerMinute: number;
  replica: Pick<Replica, 'patById'>;
}

/** Only what would be served is charged: refusals of earlier stages cost nothing here. */
export function limitRate({ perCredential, perAddress, leaks, hooksPerMinute, replica }: LimitRateOptions): Stage {
  const consume = ({ principal, confirmed, address, route }: Exchange): Promise<RateLimitDecision> => {
    if (route?.kind === 'manage' && route.operation.family === 'hooks') return perAddress.consume(`hooks:${addressKey(address)}`, { limit: hooksPerMinute });
    if (principal === undefined) return (route?.kind === 'manage' && route.operation.family === 'leaks' ? leaks : perAddress).consume(addressKey(address));
    const own = limitsOf(principal, replica, confirmed).find(({ rateLimit }) => rateLimit !== null)?.rateLimit;
    return perCredential.consume(limitKeyOf(principal), own ?? {});
  };

  return {
    name: 'limitRate',
    statuses: [429],
    async run(exchange) {
      const { response } = exchange;
      const { allowed, limit, remaining, resetSeconds } = await consume(exchange);
      response.setHeader('ratelimit-limit', limit);
      response.setHeader('ratelimit-remaining', remaining);
      response.setHeader('ratelimit-reset', resetSeconds);
      if (!allowed) throw new Problem('rate_limited', { headers: { 'retry-after': String(resetSeconds) } });
    },
  };
}
