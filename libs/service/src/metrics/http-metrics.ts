import type { IncomingMessage, ServerResponse } from 'node:http';
import { Histogram, type Registry } from 'prom-client';
import { RequestNote } from '../request-note.ts';

const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const bucketsSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Rate, errors and duration of requests by route template: a path that a caller made up is `none`, so every label has a closed set of values. */
export class HttpMetrics {
  private readonly duration: Histogram<'method' | 'route' | 'status'>;
  private readonly routes = new RequestNote<IncomingMessage, string>();

  /** @param foreignRoute  route of a path that is answered in front of the router */
  constructor(
    registry: Registry,
    private readonly foreignRoute: (path: string) => string = () => 'none',
  ) {
    this.duration = new Histogram({
      name: 'http_request_duration_seconds', help: 'Requests by method, route template and status, until the answer was sent or its reader had left (499).',
      labelNames: ['method', 'route', 'status'], buckets: bucketsSeconds, registers: [registry],
    });
  }

  /** To be called when a request comes in. */
  time(request: IncomingMessage, response: ServerResponse): void {
    const beganMs = performance.now();
    // Not `once`, though it comes once: V8 learns to allocate what that makes among the old objects, which then hold the request until everything is collected.
    response.on('close', () => {
      const { method: asked = '' } = request;
      const method = methods.has(asked) ? asked : 'other';
      const route = this.routeOf(request);
      const status = response.writableFinished ? response.statusCode : 499;
      this.duration.observe({ method, route, status: String(status) }, (performance.now() - beganMs) / 1000);
    });
  }

  /** @returns the template of its route; known once the router has found it */
  routeOf(request: IncomingMessage): string {
    return this.routes.get(request) ?? this.foreignRoute((request.url ?? '').split('?', 1)[0] ?? '');
  }

  /** To be called once the router has found its route. */
  routed(request: IncomingMessage, template: string | undefined): void {
    this.routes.set(request, template ?? 'none');
  }
}
