import type { Problem } from '@latchkey/problem';
import { LimitReached } from '../limits/limit-reached.ts';
import type { Exchange } from './exchange.ts';

/** What is kept of a refusal, for log and metrics. */
export const refusalOf = (problem: Problem): NonNullable<Exchange['refusal']> => ({
  code: problem.code, cause: problem.cause, ...(problem instanceof LimitReached ? { limit: problem.limit } : {}),
});
