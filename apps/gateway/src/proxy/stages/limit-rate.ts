import { Problem } from '@latchkey/problem';
import type { Limits, RateLimitDecision, RateLimiter } from '@latchkey/ratelimit';
import type { Replica } from '@latchkey/feed-replica';
import { addressKey } from '../../credentials/address-key.ts';
import { limitsOf } from '../../credentials/key-limits.ts';
import type { Principal } from '../../credentials/principal.ts';
import { limitsFor } from '../../limits/limits-for.ts';
import { calledTool } from '../../message/called-tool.ts';
import { endUserKey } from '../../end-users/end-user.ts';
import type { Exchange } from '../exchange.ts';
import type { Stage } from '../stage.ts';

export interface LimitRateOptions {
  limits: Pick<Limits, 'consume'>;
  /** Of a credential for which nobody has set anything else */
  defaultPerMinute: number;
  /** For what needs no login. */
  perAddress: RateLimiter;
  /** Reports of leaks, per address */
  leaks: RateLimiter;
  /** Incoming webhooks, per address: those of many organizations come from the few of one sender, and not every sender tries again. */
  hooksPerMinute: number;
  replica: Pick<Replica, 'patById' | 'org'>;
}

/** Only what would be served is charged: refusals of earlier stages cost nothing here, and what one limit refuses costs nothing at another. */
export function limitRate({ limits, defaultPerMinute, perAddress, leaks, hooksPerMinute, replica }: LimitRateOptions): Stage {
  const ofCaller = (exchange: Exchange, principal: Principal): Promise<RateLimitDecision> => {
    const { route, endUser } = exchange;
    const own = limitsOf(principal, replica, exchange.confirmed).find(({ rateLimit }) => rateLimit !== null)?.rateLimit ?? null;
    const policy = principal.org === null ? undefined : replica.org(principal.org)?.policy;
    // One end user of many behind a key takes nothing from the others.
    const who = endUser === undefined ? principal : { ...principal, endUser: endUserKey(endUser) };
    const asked = limitsFor({ principal: who, own, policy, server: route?.kind === 'mcp' ? route.server : undefined, tool: calledTool(exchange), defaultPerMinute });
    return limits.consume(principal.org ?? '', asked);
  };

  const consume = (exchange: Exchange): Promise<RateLimitDecision> => {
    const { principal, address, route } = exchange;
    if (route?.kind === 'manage' && route.operation.family === 'hooks') return perAddress.consume(`hooks:${addressKey(address)}`, { limit: hooksPerMinute });
    if (principal === undefined) return (route?.kind === 'manage' && route.operation.family === 'leaks' ? leaks : perAddress).consume(addressKey(address));
    return ofCaller(exchange, principal);
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
