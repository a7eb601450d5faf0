import type { Logger } from '@latchkey/telemetry';
import { actOf, type AuditLevel } from '../../audit/act.ts';
import type { AuditNotes } from '../../audit/audit-notes.ts';
import type { CallMetrics } from '../../metrics/call-metrics.ts';
import type { RequestMetrics } from '../../metrics/request-metrics.ts';
import type { RequestTraces } from '../../traces/request-traces.ts';
import type { UsageNotes } from '../../usage/usage-notes.ts';
import type { Exchange } from '../exchange.ts';
import type { Stage } from '../stage.ts';

const harmless = /^[A-Za-z][A-Za-z0-9_./-]{0,63}$/;

/** Names that a caller chose are logged only where they look like names. */
const nameOf = (method: string): string => (harmless.test(method) ? method : '(unusual)');

function causeOf(exchange: Exchange): object {
  const { refusal } = exchange;
  if (refusal === undefined) return {};
  // Not `code`: under that name the logger hides what could be an authorization code.
  return { refusal: refusal.code, ...(refusal.cause instanceof Error ? { cause: refusal.cause.message } : {}) };
}

/** 499 for a caller who left before the answer began, in the tradition of nginx. */
const statusOf = ({ response }: Exchange): number => (!response.writableEnded && !response.headersSent ? 499 : response.statusCode);

function line(exchange: Exchange, traces: RequestTraces | undefined): object {
  const { response, principal, message, route } = exchange;
  const left = !response.writableEnded;
  return {
    requestId: exchange.requestId,
    method: exchange.method,
    // Never the path as sent: one that matches no route may hold a token.
    route: route?.template ?? '(none)',
    status: statusOf(exchange),
    ...(left ? { incomplete: true } : {}),
    durationMs: Math.round((performance.now() - exchange.startedAtMs) * 10) / 10,
    ...(message === undefined || message.kind === 'response' ? {} : { era: message.era, rpc: nameOf(message.method) }),
    ...(principal === undefined ? {} : { credential: `${principal.kind}:${principal.id}`, subject: principal.subject, org: principal.org }),
    ...causeOf(exchange),
    ...(traces === undefined ? {} : { traceId: traces.of(exchange).traceId }),
  };
}

const doorOf = ({ route }: Exchange) => (route?.kind === 'mcp' && route.door === 'rest' ? 'rest' : route?.kind);

/** Where acts are noted, and which; without notes, none is. */
export interface AuditOptions {
  notes: AuditNotes | undefined;
  level: AuditLevel;
}

/** What becomes of requests, where numbers are kept. */
export interface RecordMetrics {
  requests: RequestMetrics;
  calls: CallMetrics;
}

/** One line a request, whatever became of it, and a note of what was an act; it runs last and never throws. */
export function record(logger: Logger, metrics: RecordMetrics, { notes, level }: AuditOptions, usage: Pick<UsageNotes, 'note'>, traces?: RequestTraces): Stage {
  return {
    name: 'record',
    statuses: [],
    run(exchange) {
      try {
        const status = statusOf(exchange);
        metrics.requests.count(doorOf(exchange), status, exchange.refusal?.code);
        if (exchange.refusal?.limit !== undefined) metrics.requests.limited(exchange.refusal.limit);
        metrics.calls.count(exchange, status, performance.now() - exchange.startedAtMs);
        usage.note(exchange);
        // Hot path: what nobody writes down is not put together.
        if (logger.isLevelEnabled('info')) logger.info(line(exchange, traces), 'request');
        const act = notes === undefined ? null : actOf(exchange, status, level);
        if (act !== null) notes?.note(act);
        traces?.end(exchange, status);
      } catch {
        // A log that fails must not fail the request that it is about.
      }
    },
  };
}
