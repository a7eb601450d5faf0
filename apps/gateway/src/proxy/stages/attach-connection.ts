import type { Attached } from '../../connections/attached.ts';
import type { Connector } from '../../connections/connector.ts';
import { missingConnection, type Missing } from '../../connections/missing-connection.ts';
import type { Exchange } from '../exchange.ts';
import type { Stage, StageOutcome } from '../stage.ts';

/** Finds what the gateway itself has to show to the upstream; the caller's own credential never goes there. */
export function attachConnection(connector: Connector): Stage {
  const attach = async (exchange: Exchange, finding: Promise<Attached | Missing | null>): Promise<StageOutcome> => {
    const found = await finding;
    if (found === null) return;
    if ('kind' in found) return answerMissing(exchange, found);
    exchange.attached = found;
  };

  return {
    name: 'attachConnection',
    statuses: [200, 400, 403, 404, 502, 503],
    run(exchange) {
      const route = exchange.needRoute();
      if (route.kind !== 'mcp') return;
      const candidates = connector.candidates(exchange, route);
      return candidates.length === 0 ? undefined : attach(exchange, connector.attach(exchange, candidates));
    },
  };
}

export function answerMissing(exchange: Exchange, missing: Missing): StageOutcome {
  const body = Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...missingConnection(missing, exchange.message) }));
  exchange.answer(200, { 'content-type': 'application/json', 'cache-control': 'no-store' }, body);
  return 'answered';
}
