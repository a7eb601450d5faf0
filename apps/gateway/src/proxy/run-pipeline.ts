import type { IncomingMessage, ServerResponse } from 'node:http';
import { Problem } from '@latchkey/problem';
import { requestIdOf, type TrustedProxies } from '@latchkey/service';
import type { Logger } from '@latchkey/telemetry';
import { RpcRefusal } from '../message/rpc-refusal.ts';
import { Exchange } from './exchange.ts';
import { ClientGone, renderRefusal } from './render-refusal.ts';
import type { Stage } from './stage.ts';

/** The stages of one pipeline in their order; the last one runs in any case. */
export function runPipeline(stages: readonly Stage[], logger: Logger, proxies?: TrustedProxies) {
  const last = stages.at(-1);
  const others = stages.slice(0, -1);

  // Hot path: a stage that answers at once costs no turn of the event loop.
  const run = async (exchange: Exchange): Promise<void> => {
    try {
      for (const stage of others) {
        const outcome = stage.run(exchange);
        if ((outcome instanceof Promise ? await outcome : outcome) === 'answered') break;
      }
    } catch (error) {
      refused(exchange, error, logger);
    }
    await last?.run(exchange);
  };

  return (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const exchange = new Exchange(request, response, requestIdOf(request.headers), performance.now(), proxies);
    // A write that meets a connection just closed is no error of ours; `close` tells everybody who waits.
    response.on('error', () => undefined);
    response.setHeader('x-request-id', exchange.requestId);
    return run(exchange);
  };
}

function refused(exchange: Exchange, error: unknown, logger: Logger): void {
  if (error instanceof Problem) exchange.refusal = { code: error.code, cause: error.cause };
  else if (error instanceof RpcRefusal) exchange.refusal = { code: String(error.code) };
  else if (!(error instanceof ClientGone)) {
    exchange.refusal = { code: 'internal_error' };
    logger.error({ err: error, requestId: exchange.requestId }, 'request failed');
  }
  renderRefusal(exchange, error);
}
