import { errorCodes } from '@latchkey/contracts';
import { Counter, type Registry } from 'prom-client';
import { rpcCodes } from '../message/rpc-refusal.ts';
import type { Route } from '../proxy/exchange.ts';

const codes: ReadonlySet<string> = new Set([...Object.keys(errorCodes), ...Object.values(rpcCodes).map(String), 'internal_error']);
const statuses: ReadonlySet<number> = new Set([
  200, 201, 202, 204, 304, 400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 429, 499, 500, 502, 503, 504,
]);

/** Requests by what we decided, never by what a caller or an upstream chose to say: every label has a closed set of values. */
export class RequestMetrics {
  private readonly requests: Counter<'route' | 'status' | 'code'>;

  constructor(registry: Registry) {
    this.requests = new Counter({
      name: 'gateway_requests_total', help: 'Requests by kind of route, status and code of the refusal.',
      labelNames: ['route', 'status', 'code'], registers: [registry],
    });
  }

  count(route: Route['kind'] | 'rest' | undefined, status: number, code: string | undefined): void {
    this.requests.inc({
      route: route ?? 'none',
      status: statuses.has(status) ? String(status) : `${Math.floor(status / 100)}xx`,
      code: code === undefined ? 'none' : codes.has(code) ? code : 'other',
    });
  }
}
