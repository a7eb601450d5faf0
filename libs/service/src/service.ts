import { createServer, IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { DynamicModule } from '@nestjs/common';
import type { Logger, Tracing } from '@latchkey/telemetry';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { takeFormsOnPagesOnly } from './body-types.ts';
import { TrustedProxies } from './client-address.ts';
import { Drain } from './drain.ts';
import { answerClientError, continuesInTurn, refuseDoubtful } from './doubtful-requests.ts';
import type { HttpMetrics } from './metrics/http-metrics.ts';
import { nestLogger } from './nest-logger.ts';
import { PortInUseError } from './port-in-use.ts';
import { ProblemFilter } from './problem.filter.ts';
import type { RawHandler } from './raw-handler.ts';
import { withRequestFacts } from './request-facts.ts';
import { ServedMethods } from './served-methods.ts';
import { beginRequestSpan } from './request-span.ts';
import { requestIdOf } from './request-id.ts';

export interface ServiceOptions {
  name: string;
  module: DynamicModule;
  host: string;
  port: number;
  /** The environment variable that sets `port`, for the message when it is taken. */
  portVariable: string;
  logger: Logger;
  /** Data plane or foreign engine in front of Nest; built once the module's providers exist. */
  rawHandler?: (app: NestFastifyApplication) => RawHandler;
  /** What requests are, where that is more than Node makes of them */
  requestClass?: typeof IncomingMessage;
  /** Whether what is called in a request finds its facts (`currentRequest`); a data plane does without. */
  tracksRequests?: boolean;
  /** Whether controllers find the body as it was sent, for signatures over it. */
  keepsRawBody?: boolean;
  /** Whose word on the address of a caller is believed; nobody's when left out. */
  proxies?: TrustedProxies;
  /** Times every request, whoever answers it. */
  metrics?: HttpMetrics;
  /** Where requests are traced to; only what `tracksRequests` is. */
  tracing?: Tracing | undefined;
  /** Last touches on the application before it listens: plugins, hooks. */
  configure?: (app: NestFastifyApplication) => Promise<void> | void;
  /** Throws, with the reason, while the service should get no traffic; what it returns is told beside `ready`. */
  checkReady?: (app: NestFastifyApplication) => Promise<object | void> | object | void;
}

export interface RunningService {
  name: string;
  port: number;
  app: NestFastifyApplication;
  /** Takes nothing new and waits for what is open, so long; to be called before `close`. */
  drain(withinMs: number): Promise<void>;
  close(): Promise<void>;
}

function healthRoutes(app: NestFastifyApplication, options: ServiceOptions, drain: Drain): void {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.get('/healthz', (_request, reply) => reply.send({ status: 'ok' }));
  fastify.get('/readyz', async (_request, reply) => {
    if (drain.isDraining) return await reply.status(503).send({ status: 'not ready', reason: 'draining' });
    try {
      const details = await options.checkReady?.(app);
      return await reply.send({ status: 'ready', ...details });
    } catch (error) {
      return await reply.status(503).send({ status: 'not ready', reason: error instanceof Error ? error.message : 'unknown' });
    }
  });
}

/**
 * Builds and starts one service: Nest on Fastify, problem documents, request ids, health.
 * @throws PortInUseError that names the port and its variable
 */
export async function startService(options: ServiceOptions): Promise<RunningService> {
  let raw: RawHandler | undefined;
  const leaving = new Drain();
  const served = new ServedMethods();
  const problems = new ProblemFilter(options.logger, served);
  const proxies = options.proxies ?? new TrustedProxies();
  const { tracing, metrics } = options;
  const trace = tracing === undefined ? undefined : { tracing, routeOf: (request: IncomingMessage) => metrics?.routeOf(request) ?? 'none' };
  const serve = (request: IncomingMessage, response: ServerResponse, handler: RequestListener): void => {
    if (raw?.(request, response) !== true) handler(request, response);
  };
  const adapter = new FastifyAdapter({
    frameworkErrors: (error: unknown, request: FastifyRequest, reply: FastifyReply) => problems.render(error, request, reply),
    clientErrorHandler: answerClientError,
    genReqId: (request: { headers: Parameters<typeof requestIdOf>[0] }) => requestIdOf(request.headers),
    forceCloseConnections: 'idle',
    bodyLimit: 1024 * 1024,
    serverFactory: (handler: RequestListener): Server =>
      leaving.watch(continuesInTurn(createServer({ maxHeaderSize: 32 * 1024, requireHostHeader: false, IncomingMessage: options.requestClass ?? IncomingMessage }, (request, response) => {
        if (refuseDoubtful(request, response)) return;
        leaving.note(response);
        options.metrics?.time(request, response);
        if (options.tracksRequests === true) withRequestFacts(request, proxies, () => serve(request, response, handler), trace && ((requestId) => beginRequestSpan(trace, request, response, requestId)));
        else serve(request, response, handler);
      }))),
  });
  const app = await NestFactory.create<NestFastifyApplication>(options.module, adapter, {
    logger: nestLogger(options.logger),
    abortOnError: false,
    rawBody: options.keepsRawBody ?? false,
  });
  app.useGlobalFilters(problems);
  app.getHttpAdapter().getInstance().addHook('onRoute', (route) => served.note(route));
  app.getHttpAdapter().getInstance().addHook('onRequest', (request, reply, done) => {
    options.metrics?.routed(request.raw, request.routeOptions.url);
    void reply.header('x-request-id', request.id);
    done();
  });
  takeFormsOnPagesOnly(app.getHttpAdapter().getInstance());
  healthRoutes(app, options, leaving);
  try {
    await options.configure?.(app);
    await app.init();
    raw = options.rawHandler?.(app);
    await app.listen(options.port, options.host);
  } catch (error) {
    // What was opened so far (connections, listeners) would keep the process alive.
    await app.close().catch((closing: unknown) => options.logger.warn({ err: closing }, 'a failed start could not be undone'));
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') throw new PortInUseError(options.port, options.portVariable);
    throw error;
  }
  const address = (app.getHttpServer() as Server).address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  options.logger.info({ port }, 'listening');
  const drain = async (withinMs: number): Promise<void> => {
    const cut = await leaving.run(app.getHttpServer() as Server, withinMs);
    if (cut > 0) options.logger.warn({ connections: cut, afterMs: withinMs }, 'what was still open was cut');
  };
  return { name: options.name, port, app, drain, close: () => app.close() };
}
