import { errorCodes, type ProblemDocument } from '@latchkey/contracts';
import { Problem } from './problem.ts';

export const problemContentType = 'application/problem+json';

/**
 * Renders an error as RFC 9457 section 3. Anything that is not a `Problem` becomes a bare 500: its words are ours alone.
 * @param instance  where it happened, as a template: a path can be, or carry, a secret. Left out, the request stands for itself.
 */
export function toProblemDocument(error: unknown, requestId: string, instance?: string): ProblemDocument {
  const where = instance ?? `urn:request:${requestId}`;
  if (!(error instanceof Problem)) {
    return { type: 'about:blank', title: 'Internal error', status: 500, detail: 'This is our fault; by the request id it is found in the log.', instance: where, requestId };
  }
  return {
    type: `https://latchkey.dev/errors#${error.code}`,
    title: errorCodes[error.code].title,
    status: error.status,
    detail: error.detail ?? errorCodes[error.code].detail,
    instance: where,
    code: error.code,
    requestId,
    ...(error.error === undefined ? {} : { error: error.error }),
    ...(error.issues === undefined ? {} : { issues: error.issues }),
  };
}
