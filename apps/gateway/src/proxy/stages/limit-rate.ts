import { Problem } from '@latchkey/problem';
import type { RateLimiter } from '@latchkey/ratelimit';
import { addressKey } from '../../credentials/address-key.ts';
import { limitKeyOf } from '../../credentials/principal.ts';
import type { Stage } from '../stage.ts';

export interface LimitRateOptions {
  perCredential: RateLimiter;
  /** For what needs no login. */
  perAddress: RateLimiter;
}

/** Only what would be served is charged: refusals of earlier stages cost nothing here. */
export function limitRate({ perCredential, perAddress }: LimitRateOptions): Stage {
  return {
    name: 'limitRate',
    statuses: [429],
    async run({ principal, response, address }) {
      const { allowed, limit, remaining, resetSeconds } =
        principal === undefined ? await perAddress.consume(addressKey(address)) : await perCredential.consume(limitKeyOf(principal));
      response.setHeader('ratelimit-limit', limit);
      response.setHeader('ratelimit-remaining', remaining);
      response.setHeader('ratelimit-reset', resetSeconds);
      if (!allowed) throw new Problem('rate_limited', { headers: { 'retry-after': String(resetSeconds) } });
    },
  };
}
