import type { IncomingMessage, ServerResponse } from 'node:http';
import { Problem } from '@latchkey/problem';
import { requestIdOf, type TrustedProxies } from '@latchkey/service';
import type { Logger } from '@latchkey/telemetry';
import { RpcRefusal } from '../message/rpc-refusal.ts';
import { Exchange } from './exchange.ts';
import { Later } from './later.ts';
import { refusalOf } from './refusal-of.ts';
import { ClientGone, renderRefusal } from './render-refusal.ts';
import type { Stage, StageOutcome } from './stage.ts';

/** A write that meets a connection just closed is no error of ours; `close` tells everybody who waits. */
const ignore = (): void => undefined;

/** The stages of one pipeline in their order; the last one runs in any case. */
export function runPipeline(stages: readonly Stage[], logger: Logger, proxies?: TrustedProxies) {
  const last = stages.at(-1);
  const others = stages.slice(0, -1);

  const end = (exchange: Exchange): void => void last?.run(exchange);

  const refuse = (exchange: Exchange, error: unknown): void => {
    refused(exchange, error, logger);
    end(exchange);
  };

  const failed = ({ response }: Exchange, error: unknown): void => {
    logger.error({ err: error }, 'the pipeline failed');
    response.destroy();
  };

  /** Goes on once a stage has been waited for. */
  const resume = (exchange: Exchange, at: number, outcome: StageOutcome): void => {
    try {
      if (outcome === 'answered') end(exchange);
      else run(exchange, at + 1);
    } catch (error) {
      failed(exchange, error);
    }
  };

  const refuseLate = (exchange: Exchange, error: unknown): void => {
    try {
      refuse(exchange, error);
    } catch (failure) {
      failed(exchange, failure);
    }
  };

  // Hot path: a stage that answers at once costs no turn of the event loop, and no promise is made for the whole.
  const run = (exchange: Exchange, from: number): void => {
    try {
      for (let at = from; at < others.length; at += 1) {
        const outcome = others[at]?.run(exchange);
        if (outcome === undefined) continue;
        if (outcome === 'answered') break;
        if (outcome instanceof Later) return outcome.whenSettled((late) => resume(exchange, at, late), (error) => refuseLate(exchange, error));
        return void outcome.then((late) => resume(exchange, at, late), (error: unknown) => refuseLate(exchange, error));
      }
    } catch (error) {
      return refuse(exchange, error);
    }
    end(exchange);
  };

  return (request: IncomingMessage, response: ServerResponse): void => {
    const exchange = new Exchange(request, response, requestIdOf(request.headers), performance.now(), proxies);
    response.on('error', ignore);
    try {
      run(exchange, 0);
    } catch (error) {
      failed(exchange, error);
    }
  };
}

function refused(exchange: Exchange, error: unknown, logger: Logger): void {
  if (error instanceof Problem) exchange.refusal = refusalOf(error);
  else if (error instanceof RpcRefusal) exchange.refusal = { code: String(error.code) };
  else if (!(error instanceof ClientGone)) {
    exchange.refusal = { code: 'internal_error' };
    logger.error({ err: error, requestId: exchange.requestId }, 'request failed');
  }
  renderRefusal(exchange, error);
}
