import type { ProblemDocument } from '@latchkey/contracts';
import { ApiProblem } from './problem.ts';

const base = '/console/api';
let csrf = '';

/** Goes along with every change from now on. */
export function rememberCsrf(token: string): void {
  csrf = token;
}

export interface ApiRequest {
  method?: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** Which organization it is about; none for what is about the person. */
  org?: string;
  body?: unknown;
  signal?: AbortSignal;
  /** The same request under the same name happens once. */
  idempotencyKey?: string;
}

/**
 * Asks the console's side of identity, which asks the management API.
 * @throws ApiProblem
 */
export async function request<T>(path: string, { method = 'GET', org, body, signal, idempotencyKey }: ApiRequest = {}): Promise<T> {
  const response = await fetch(`${base}${path}`, {
    method,
    credentials: 'same-origin',
    redirect: 'error',
    headers: {
      ...(org === undefined ? {} : { 'x-tenant-id': org }),
      ...(method === 'GET' ? {} : { 'x-csrf-token': csrf }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  }).catch((error: unknown) => {
    if (signal?.aborted === true) throw error;
    throw new ApiProblem(0, { title: 'Latchkey cannot be reached. Check your connection and try again.' }, null);
  });
  if (response.status === 401) signInAgain();
  if (response.status === 204) return undefined as T;
  const json: unknown = await response.json().catch(() => null);
  if (response.ok) return json as T;
  throw new ApiProblem(response.status, (json ?? {}) as Partial<ProblemDocument>, response.headers.get('x-request-id'));
}

/** The server leads to the sign-in page, and back to this one. */
function signInAgain(): void {
  location.reload();
}
