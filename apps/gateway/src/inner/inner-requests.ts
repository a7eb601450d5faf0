import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { invariant } from '@latchkey/problem';
import { Exchange, type Route } from '../proxy/exchange.ts';
import type { Stage } from '../proxy/stage.ts';
import type { RequestTraces } from '../traces/request-traces.ts';
import { InnerResponse } from './inner-response.ts';

export interface InnerRequest {
  route: Route;
  method: string;
  /** In lower case */
  headers: Record<string, string>;
  body: Buffer | null;
  /** Its end is taken for the caller having left. */
  signal?: AbortSignal | undefined;
}

/**
 * Requests that we make in a caller's name on the way to an answer of our own: over REST, and by the platform's tools. They pass the stages
 * that every request of that caller passes, from its body on; only who is calling is taken over, and the limit is charged once.
 */
export class InnerRequests {
  constructor(
    private readonly stages: readonly Stage[],
    private readonly traces?: RequestTraces,
  ) {}

  /** @returns once it has begun to be answered @throws whatever a stage refuses it with */
  async send(outer: Exchange, { route, method, headers, body, signal }: InnerRequest): Promise<InnerResponse> {
    const response = new InnerResponse();
    // Whoever is told of the end asks why by other ways.
    response.on('error', () => undefined);
    const request = Object.assign(Readable.from(body === null ? [] : [body]), { method, url: '', headers: { ...headers }, rawHeaders: [], socket: { remoteAddress: outer.address } });
    const exchange = new Exchange(request as unknown as IncomingMessage, response.asResponse, outer.requestId, performance.now());
    Object.assign(exchange, { route, principal: outer.needPrincipal(), endUser: outer.endUser, confirmed: outer.confirmed });
    this.traces?.join(exchange, outer);
    const leave = (): void => void response.destroy();
    signal?.addEventListener('abort', leave, { once: true });
    response.on('close', () => signal?.removeEventListener('abort', leave));
    if (signal?.aborted === true) leave();

    const running = this.run(exchange);
    running.catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
    await Promise.race([response.begun, running]);
    invariant(response.headersSent, 'a stage that ends without a refusal has begun an answer');
    return response;
  }

  private async run(exchange: Exchange): Promise<void> {
    for (const stage of this.stages) if ((await stage.run(exchange)) === 'answered') return;
  }
}
