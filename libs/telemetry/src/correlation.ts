import { AsyncLocalStorage } from 'node:async_hooks';
import type { TracedSpan } from './tracing/tracing.ts';

/** What belongs together: one request, in every log line and every span about it. */
export interface Correlation {
  requestId: string;
  /** Absent where nothing is traced. */
  span?: TracedSpan | undefined;
}

/** What is being served, however deep in the code. */
export const served = new AsyncLocalStorage<Correlation>();

/** The span that whatever happens now belongs to; undefined where nothing is traced. */
export const currentSpan = (): TracedSpan | undefined => served.getStore()?.span;
