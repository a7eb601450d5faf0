import { Problem } from '@latchkey/problem';
import { boundOf, type Bounds } from '../../freshness/bounds.ts';
import type { Prover, Proven } from '../../freshness/prover.ts';
import type { Exchange } from '../exchange.ts';
import type { Stage } from '../stage.ts';
import { withChallenge } from './authenticate.ts';

export interface ProveFreshnessOptions {
  prover: Prover;
  bounds: Bounds;
}

/**
 * Nothing is accepted that is not known to have lived within the bound (GW-24). The body has been read by now, which may have taken its
 * time: life is asked again, in the same step as the age of what answers.
 */
export function proveFreshness({ prover, bounds }: ProveFreshnessOptions): Stage {
  const accept = (exchange: Exchange, { principal, confirmed, provenAtMs }: Proven, boundMs: number): void => {
    exchange.principal = principal;
    exchange.confirmed = confirmed;
    exchange.provenUntilMs = provenAtMs + boundMs;
  };
  const refuse = (exchange: Exchange, error: unknown): never => {
    throw error instanceof Problem && error.status === 401 ? withChallenge(exchange, error) : error;
  };

  return {
    name: 'proveFreshness',
    statuses: [401, 503],
    run(exchange) {
      const { principal } = exchange;
      if (principal === undefined) return;
      const boundMs = boundOf(exchange, bounds);
      try {
        const proven = prover.prove(principal, exchange.confirmed, boundMs);
        if (!(proven instanceof Promise)) return accept(exchange, proven, boundMs);
        return proven.then((late) => accept(exchange, late, boundMs), (error: unknown) => refuse(exchange, error));
      } catch (error) {
        return refuse(exchange, error);
      }
    },
  };
}
