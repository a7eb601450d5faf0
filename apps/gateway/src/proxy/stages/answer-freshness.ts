import type { FreshnessShown, Writer } from '@latchkey/contracts';
import { Problem } from '@latchkey/problem';
import type { Bounds } from '../../freshness/bounds.ts';
import type { Stage } from '../stage.ts';

export interface FreshnessSources {
  proofs: { proofAgeMs(writer: Writer): number };
  bounds: Bounds;
}

/** `GET /v1/freshness`: how old what this gateway knows may be. Ages and nothing else: what happens in other organizations is not to be read from it. */
export function answerFreshness({ proofs, bounds }: FreshnessSources): Stage {
  const of = (writer: Writer): FreshnessShown['identity'] => {
    const ageMs = proofs.proofAgeMs(writer);
    return { ageMs: Number.isFinite(ageMs) ? Math.round(ageMs) : null };
  };
  return {
    name: 'answerFreshness',
    statuses: [200, 404, 405],
    run(exchange) {
      const route = exchange.needRoute();
      if (route.kind !== 'manage' || route.operation.family !== 'freshness') return;
      if (exchange.method !== 'GET') throw new Problem('invalid_request', { status: 405, detail: 'This method is not served here.', headers: { allow: 'GET' } });
      if (new URL(route.target, 'http://gateway.invalid').pathname !== '/v1/freshness') throw new Problem('not_found');
      const shown: FreshnessShown = { identity: of('identity'), keys: of('keys'), boundMs: bounds.readMs };
      exchange.answer(200, { 'content-type': 'application/json', 'cache-control': 'no-store' }, Buffer.from(JSON.stringify(shown)));
      return 'answered';
    },
  };
}
