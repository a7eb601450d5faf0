import { explainQuerySchema } from '@latchkey/contracts';
import { parse, Problem } from '@latchkey/problem';
import { explainNow, type ExplainSources } from '../../explain/explain-now.ts';
import type { Stage } from '../stage.ts';

/** `GET /v1/explain`: the gateway makes the decision, so it is the one to say why. */
export function answerExplain(sources: ExplainSources): Stage {
  return {
    name: 'answerExplain',
    statuses: [200, 400, 404, 405],
    run(exchange) {
      const route = exchange.needRoute();
      if (route.kind !== 'manage' || route.operation.family !== 'explain') return;
      if (exchange.method !== 'GET') throw new Problem('invalid_request', { status: 405, detail: 'This method is not served here.', headers: { allow: 'GET' } });
      const url = new URL(route.target, 'http://gateway.invalid');
      const query = parse(explainQuerySchema, url.pathname === '/v1/explain' ? Object.fromEntries(url.searchParams) : { path: url.pathname });
      const body = Buffer.from(JSON.stringify(explainNow(sources, exchange.needPrincipal(), exchange.confirmed, query)));
      exchange.answer(200, { 'content-type': 'application/json', 'cache-control': 'no-store' }, body);
      return 'answered';
    },
  };
}
