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
import { TurnBatch } from './turn-batch.ts';

/** A write that meets a connection just closed is no error of ours; `close` tells everybody who waits. */
const ignore = (): void => undefined;

/** The stages of one pipeline in their order; the last one runs in any case. */
export function runPipeline(stages: readonly Stage[], logger: Logger, proxies?: TrustedProxies) {
  const last = stages.at(-1);
  const others = stages.slice(0, -1);

  // Nobody waits for what is written down: what ends in one turn is written down together.
  const ended = new TurnBatch<Exchange>((batch) => {
    for (const exchange of batch) void last?.run(exchange);
  });
  const end = (exchange: Exchange): void => ended.add(exchange);

  const refuse = (exchange: Exchange, error: unknown): void => {
    refused(exchange, error, logger);
    end(exchange);
  };

  const failed = ({ response }: Exchange, error: unknown): void => {
    logger.error({ err: error }, 'the pipeline failed');
    response.destroy();
  };

  const refuseLate = (exchange: Exchange, error: unknown): void => {
    try {
      refuse(exchange, error);
    } catch (failure) {
      failed(exchange, failure);
    }
  };

  /** Goes on once a stage has been waited for. */
  const resume = (exchange: Exchange, at: number, outcome: StageOutcome): void => {
    if (outcome === 'answered') end(exchange);
    else run([exchange], at + 1);
  };

  /** @returns whether the next stage is its turn; otherwise it has ended, or goes on by itself */
  const pass = (exchange: Exchange, at: number): boolean => {
    try {
      const outcome = others[at]?.run(exchange);
      if (outcome === undefined) return true;
      if (outcome === 'answered') end(exchange);
      else if (!(outcome instanceof Later)) outcome.then((late) => resume(exchange, at, late), (error: unknown) => refuseLate(exchange, error));
      else if (outcome.isThere && outcome.value === undefined) return true;
      else outcome.whenSettled((late) => resume(exchange, at, late), (error) => refuseLate(exchange, error));
    } catch (error) {
      refuseLate(exchange, error);
    }
    return false;
  };

  // Hot path: a stage that answers at once costs no turn of the event loop, and no promise is made for the whole. Stage by stage, because one does for
  // the second request what it has just done for the first.
  const run = (exchanges: Exchange[], from: number): void => {
    let going = exchanges.length;
    for (let at = from; at < others.length && going > 0; at += 1) {
      let left = 0;
      for (let index = 0; index < going; index += 1) {
        const exchange = exchanges[index] as Exchange;
        if (pass(exchange, at)) exchanges[left++] = exchange;
      }
      going = left;
    }
    for (let index = 0; index < going; index += 1) end(exchanges[index] as Exchange);
  };
  const arrived = new TurnBatch<Exchange>((batch) => run(batch, 0));

  return (request: IncomingMessage, response: ServerResponse): void => {
    response.on('error', ignore);
    // At once: a connection that closes within the turn takes with it who was at its other end.
    arrived.add(new Exchange(request, response, requestIdOf(request.headers), performance.now(), proxies));
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
