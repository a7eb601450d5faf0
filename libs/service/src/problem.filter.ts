import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { Problem, problemContentType, toProblemDocument } from '@latchkey/problem';
import type { Logger } from '@latchkey/telemetry';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { unsupportedBody } from './body-types.ts';
import type { ServedMethods } from './served-methods.ts';

const methodNotServed = (allow: string): Problem =>
  new Problem('invalid_request', { status: 405, detail: 'This path is not served by this method.', headers: { allow } });

/** What Nest and Fastify themselves refuse, in our codes. @param allow  by which methods the path is served, where it is by others only */
function asProblem(error: unknown, route: string | undefined, allow: string): unknown {
  const status = error instanceof HttpException ? error.getStatus() : (error as { statusCode?: unknown } | null)?.statusCode;
  switch (status) {
    case 404: return allow === '' ? new Problem('not_found') : methodNotServed(allow);
    case 413: return new Problem('body_too_large');
    case 415: return unsupportedBody(route);
    case 414: return new Problem('invalid_request', { status: 414, detail: 'The URL is too long.' });
    case 400: return new Problem('invalid_request', { detail: 'The request could not be parsed.' });
    default: return error;
  }
}

/** A path can be a secret as a whole, where it leads nowhere, or hold one, as that of an invitation does: what is named is the route. */
const templateOf = ({ routeOptions }: FastifyRequest): string | undefined => routeOptions.url?.replaceAll(/:(\w+)/g, '{$1}');

/** The one place where a management API renders errors: RFC 9457, and a log line for what is our own fault. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly logger: Logger,
    private readonly served: Pick<ServedMethods, 'at'>,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.render(thrown, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  /** Also for what Fastify refuses before any route is found, such as a URL that cannot be decoded. */
  render(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const error = thrown instanceof Problem ? thrown : asProblem(thrown, request.routeOptions.url, request.is404 ? this.served.at(request.url) : '');
    const requestId = String(request.id);
    const document = toProblemDocument(error, requestId, templateOf(request));
    if (document.status >= 500) this.logger.error({ err: error, requestId }, 'request failed');
    if (error instanceof Problem) void reply.headers(error.headers);
    void reply
      .status(document.status)
      .headers({ 'content-type': problemContentType, 'cache-control': 'no-store', 'x-request-id': requestId })
      .send(document);
  }
}
