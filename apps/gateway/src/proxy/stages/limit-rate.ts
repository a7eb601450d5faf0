import { Problem } from '@latchkey/problem';
import type { Limits, LimitsDecision, RateLimitDecision, RateLimiter } from '@latchkey/ratelimit';
import type { Replica } from '@latchkey/feed-replica';
import type { RateLimit } from '@latchkey/contracts';
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

type Decided = LimitsDecision | Promise<RateLimitDecision>;

/** Only what would be served is charged: refusals of earlier stages cost nothing here, and what one limit refuses costs nothing at another. */
export function limitRate({ limits, defaultPerMinute, perAddress, leaks, hooksPerMinute, replica }: LimitRateOptions): Stage {
  /** What the nearest to a credential of its own limits is; hot path: most have none. */
  const ownOf = (principal: Principal, { confirmed }: Exchange): RateLimit | null =>
    principal.sourcePat === null ? principal.rateLimit : (limitsOf(principal, replica, confirmed).find(({ rateLimit }) => rateLimit !== null)?.rateLimit ?? null);

  const ofCaller = (exchange: Exchange, principal: Principal): Decided => {
    const { route, endUser } = exchange;
    const policy = principal.org === null ? undefined : replica.org(principal.org)?.policy;
    // One end user of many behind a key takes nothing from the others.
    const who = endUser === undefined ? principal : { ...principal, endUser: endUserKey(endUser) };
    const asked = limitsFor({ principal: who, own: ownOf(principal, exchange), policy, server: route?.kind === 'mcp' ? route.server : undefined, tool: calledTool(exchange), defaultPerMinute });
    return limits.consume(principal.org ?? '', asked);
  };

  const consume = (exchange: Exchange): Decided => {
    const { principal, address, route } = exchange;
    if (route?.kind === 'manage' && route.operation.family === 'hooks') return perAddress.consume(`hooks:${addressKey(address)}`, { limit: hooksPerMinute });
    if (principal === undefined) return (route?.kind === 'manage' && route.operation.family === 'leaks' ? leaks : perAddress).consume(addressKey(address));
    return ofCaller(exchange, principal);
  };

  const heed = ({ told }: Exchange, { allowed, limit, remaining, resetSeconds }: RateLimitDecision): void => {
    told.push('ratelimit-limit', String(limit), 'ratelimit-remaining', String(remaining), 'ratelimit-reset', String(resetSeconds));
    if (!allowed) throw new Problem('rate_limited', { headers: { 'retry-after': String(resetSeconds) } });
  };

  return {
    name: 'limitRate',
    statuses: [429],
    run(exchange) {
      const decided = consume(exchange);
      return decided instanceof Promise ? decided.then((late) => heed(exchange, late)) : heed(exchange, decided);
    },
  };
}
