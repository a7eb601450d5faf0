import type { Limit, Limits, LimitsDecision, RateLimitDecision, RateLimiter } from '@latchkey/ratelimit';
import type { Replica } from '@latchkey/feed-replica';
import type { RateLimit } from '@latchkey/contracts';
import { addressKey } from '../../credentials/address-key.ts';
import { limitsOf } from '../../credentials/key-limits.ts';
import type { Principal } from '../../credentials/principal.ts';
import { LimitReached, type LimitKind } from '../../limits/limit-reached.ts';
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

type Decided = LimitsDecision | Promise<LimitsDecision | RateLimitDecision>;

/** Only what would be served is charged: refusals of earlier stages cost nothing here, and what one limit refuses costs nothing at another. */
export function limitRate({ limits, defaultPerMinute, perAddress, leaks, hooksPerMinute, replica }: LimitRateOptions): Stage {
  /** What the nearest to a credential of its own limits is; hot path: most have none. */
  const ownOf = (principal: Principal, { confirmed }: Exchange): RateLimit | null =>
    principal.sourcePat === null ? principal.rateLimit : (limitsOf(principal, replica, confirmed).find(({ rateLimit }) => rateLimit !== null)?.rateLimit ?? null);

  const askedOf = (exchange: Exchange, principal: Principal): readonly Limit[] => {
    const { route, endUser } = exchange;
    const policy = principal.org === null ? undefined : replica.org(principal.org)?.policy;
    // One end user of many behind a key takes nothing from the others.
    const who = endUser === undefined ? principal : { ...principal, endUser: endUserKey(endUser) };
    return limitsFor({ principal: who, own: ownOf(principal, exchange), policy, server: route?.kind === 'mcp' ? route.server : undefined, tool: calledTool(exchange), defaultPerMinute });
  };

  /** For what needs no login */
  const openKind = ({ route }: Exchange): 'leaks' | 'address' => (route?.kind === 'manage' && route.operation.family === 'leaks' ? 'leaks' : 'address');
  /** Known by its signature, as the alerts of GitHub are: a report of a stranger uses up nothing of them. */
  const isHook = ({ route }: Exchange): boolean => route?.kind === 'manage' && (route.operation.family === 'hooks' || route.target.split('?', 1)[0] === '/v1/leaks/github');

  const consume = (exchange: Exchange): Decided => {
    const { principal, address } = exchange;
    if (isHook(exchange)) return perAddress.consume(`hooks:${addressKey(address)}`, { limit: hooksPerMinute });
    if (principal === undefined) return { leaks, address: perAddress }[openKind(exchange)].consume(addressKey(address));
    return limits.consume(principal.org ?? '', askedOf(exchange, principal));
  };

  /** Asked for the few that are refused: limits are named by what they count. */
  const kindOf = (exchange: Exchange, decision: LimitsDecision | RateLimitDecision): LimitKind => {
    if (isHook(exchange)) return 'hooks';
    if (exchange.principal === undefined || !('nearest' in decision)) return openKind(exchange);
    return askedOf(exchange, exchange.principal)[decision.nearest]?.key.split(':', 1)[0] as LimitKind;
  };

  const heed = (exchange: Exchange, decision: LimitsDecision | RateLimitDecision): void => {
    const { allowed, limit, remaining, resetSeconds } = decision;
    exchange.told.push('ratelimit-limit', String(limit), 'ratelimit-remaining', String(remaining), 'ratelimit-reset', String(resetSeconds));
    if (!allowed) throw new LimitReached(kindOf(exchange, decision), { retryAfterSeconds: resetSeconds });
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
