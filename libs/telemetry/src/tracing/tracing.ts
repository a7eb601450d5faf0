/** Whom a span is about: who was asked, who asks, who tells others, who was told, or what happens in between. */
export type SpanKind = 'server' | 'client' | 'producer' | 'consumer' | 'internal';

/**
 * All that a span may say: a closed list, so that no argument, no result and no credential gets in by the way. Values are names and numbers
 * of ours, or names that were found in a list of ours.
 */
export interface SpanAttributes {
  'http.request.method'?: string;
  /** Template, never the path */
  'http.route'?: string;
  'http.response.status_code'?: number;
  'mcp.method.name'?: string;
  'gen_ai.tool.name'?: string;
  'db.system.name'?: 'postgresql';
  'messaging.system'?: 'latchkey-feed';
  /** Stream of a feed */
  'messaging.destination.name'?: string;
  'latchkey.request.id'?: string;
  /** Slug */
  'latchkey.server'?: string;
  'latchkey.door'?: string;
  /** Stable code of docs/errors.md */
  'latchkey.refusal'?: string;
  /** What was made, revoked or changed, by kind: `pat`, `grant` */
  'latchkey.record.kind'?: string;
}

export interface SpanOptions {
  kind: SpanKind;
  /** `traceparent` of who caused it, as received (W3C Trace Context). What is none is no parent. */
  parent?: unknown;
  /** Whether whoever sent `parent` may be anybody: then its trace is joined, and what is recorded of it is decided here. */
  stranger?: boolean;
  /** `traceparent` of something that this is not a part of. */
  link?: string | undefined;
  /** By `performance.now()`; now when left out */
  startedAtMs?: number;
  attributes?: SpanAttributes;
}

/** One piece of work in a trace, from its begin to `end`. */
export interface TracedSpan {
  readonly traceId: string;
  /** What whoever is asked next has to be told (W3C Trace Context). */
  readonly traceparent: string;
  /** Whether anybody will see it. Parts of what nobody sees need not be begun. */
  readonly recorded: boolean;
  rename(name: string): void;
  set(attributes: SpanAttributes): void;
  child(name: string, options: Pick<SpanOptions, 'kind' | 'startedAtMs' | 'attributes'>): TracedSpan;
  /** @param failed  whether it is an error of whoever did the work */
  end(failed?: boolean): void;
}

/** Traces of one service on their way to a collector. */
export interface Tracing {
  span(name: string, options: SpanOptions): TracedSpan;
  /** Sends what is left. Never throws, and ends within seconds where the collector is away. */
  stop(): Promise<void>;
}
