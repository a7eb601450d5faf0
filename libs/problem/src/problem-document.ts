import { errorCodes, type ProblemDocument } from '@latchkey/contracts';
import { Problem } from './problem.ts';

export const problemContentType = 'application/problem+json';

/**
 * Renders an error as RFC 9457 section 3. Anything that is not a `Problem` becomes a bare 500: its words are ours alone.
 * @param instance  the path of the request without its query, which may carry secrets
 */
export function toProblemDocument(error: unknown, requestId: string, instance?: string): ProblemDocument {
  if (!(error instanceof Problem)) {
    return { type: 'about:blank', title: 'Internal error', status: 500, requestId };
  }
  return {
    type: `https://latchkey.dev/errors#${error.code}`,
    title: errorCodes[error.code].title,
    status: error.status,
    ...(error.detail === undefined ? {} : { detail: error.detail }),
    ...(instance === undefined ? {} : { instance }),
    code: error.code,
    requestId,
    ...(error.error === undefined ? {} : { error: error.error }),
    ...(error.issues === undefined ? {} : { issues: error.issues }),
  };
}
