import { isDeepStrictEqual } from 'node:util';
import { problemDocumentSchema } from '@latchkey/contracts';
import { findOperation, refusalsOf } from '@latchkey/contracts/openapi';

export interface GivenAnswer {
  method: string;
  /** With or without its query */
  path: string;
  status: number;
  body: unknown;
}

/** What `fetch` parsed has other prototypes than what Jest lets a test make. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/**
 * Holds a real answer to what the OpenAPI document says of it: its status, every member of it, and its code where it is a refusal. A test
 * that calls the API for another reason so finds where the document has drifted.
 * @throws Error that says what the document does not
 */
export function requireDescribed({ method, path: target, status, body }: GivenAnswer): void {
  const path = target.split('?')[0] ?? target;
  if (!path.startsWith('/v1/') || path.startsWith('/v1/hooks/') || path.startsWith('/v1/auth/')) return;
  const found = findOperation(method, path);
  const what = `${method} ${path} answered ${status}`;
  if (found === null) {
    if (status !== 404 && status !== 405) throw new Error(`${what}, and no document describes it`);
    return;
  }
  const { operation, name } = found;
  if (status >= 500) return;
  if (status >= 400) {
    const { code } = problemDocumentSchema.parse(body);
    if (refusalsOf(operation).some((known) => known === code)) return;
    throw new Error(`${what} ${code}, which ${name} does not name among its refusals`);
  }
  if (status !== operation.status) throw new Error(`${what}, and ${name} is described with ${operation.status}`);
  if (operation.answer === null || (operation.mediaType ?? 'application/json') !== 'application/json') return;
  if (!isDeepStrictEqual(plain(operation.answer.parse(body)), plain(body))) throw new Error(`${what} with members that ${name} does not describe: ${JSON.stringify(body)}`);
}
