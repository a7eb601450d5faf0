import { errorCodes } from '@latchkey/contracts';
import { Counter, type Registry } from 'prom-client';
import { limitKinds, type LimitKind } from '../limits/limit-reached.ts';
import { rpcCodes } from '../message/rpc-refusal.ts';
import type { Route } from '../proxy/exchange.ts';

const codes: ReadonlySet<string> = new Set([...Object.keys(errorCodes), ...Object.values(rpcCodes).map(String), 'internal_error']);
const statuses: ReadonlySet<number> = new Set([
  200, 201, 202, 204, 304, 400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 429, 499, 500, 502, 503, 504,
]);

type Kind = Route['kind'] | 'rest' | 'none';

/** Requests by what we decided, never by what a caller or an upstream chose to say: every label has a closed set of values. */
export class RequestMetrics {
  private readonly requests: Counter<'route' | 'status' | 'code'>;
  private readonly limits: Counter<'limit'>;
  /** What was counted since the last look; to count with the library at every request costs more than the rest of its record. */
  private readonly accepted: Record<Kind, Map<number, number>> = { mcp: new Map(), manage: new Map(), own: new Map(), rest: new Map(), none: new Map() };

  constructor(registry: Registry) {
    this.requests = new Counter({
      name: 'gateway_requests_total', help: 'Requests by kind of route, status and code of the refusal.',
      labelNames: ['route', 'status', 'code'], registers: [registry], collect: () => this.addUp(),
    });
    this.limits = new Counter({ name: 'gateway_rate_limited_total', help: 'Requests that a limit refused, by what it counts.', labelNames: ['limit'], registers: [registry] });
    for (const limit of limitKinds) this.limits.inc({ limit }, 0);
  }

  // Hot path: what was not refused is a number more.
  count(kind: Exclude<Kind, 'none'> | undefined, status: number, code: string | undefined): void {
    const route = kind ?? 'none';
    if (code === undefined) this.accepted[route].set(status, (this.accepted[route].get(status) ?? 0) + 1);
    else this.requests.inc({ route, status: labelOf(status), code: codes.has(code) ? code : 'other' });
  }

  limited(limit: LimitKind): void {
    this.limits.inc({ limit });
  }

  private addUp(): void {
    for (const [route, counts] of Object.entries(this.accepted)) {
      for (const [status, count] of counts) this.requests.inc({ route, status: labelOf(status), code: 'none' }, count);
      counts.clear();
    }
  }
}

const labelOf = (status: number): string => (statuses.has(status) ? String(status) : `${Math.floor(status / 100)}xx`);
