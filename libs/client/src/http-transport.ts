import { pathParameters, type Operation } from '@latchkey/contracts/openapi';
import { LatchkeyError } from './latchkey-error.ts';
import type { Incoming, Outgoing, Transport } from './transport.ts';

export interface HttpOptions {
  /** Public URL of the gateway */
  url: string;
  /** A service key, a personal access token, or an access token for `{gateway}/v1`; a function for one that changes. */
  credential: string | (() => string | Promise<string>);
  /** In the place of the global one */
  fetch?: typeof globalThis.fetch;
}

export interface RequestParts {
  path: string;
  body: Readonly<Record<string, unknown>> | undefined;
}

const textOf = (value: unknown): string => (value instanceof Date ? value.toISOString() : String(value));

/** Where each part of the input belongs. @throws TypeError for a path parameter that is missing, or that would be more than one segment */
export function requestParts({ path, query, body }: Operation, input: Readonly<Record<string, unknown>>): RequestParts {
  const inPath = new Set(pathParameters(path));
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = input[name];
    if (typeof value !== 'string' || value === '' || value === '.' || value === '..') throw new TypeError(`${name} is needed, as a text`);
    return encodeURIComponent(value);
  });
  const rest = Object.entries(input).filter(([name, value]) => !inPath.has(name) && value !== undefined);
  const known = new Set(Object.keys(query?.shape ?? {}));
  const search = new URLSearchParams(rest.flatMap(([name, value]) => (known.has(name) ? [[name, textOf(value)] as [string, string]] : [])));
  const others = rest.filter(([name]) => !known.has(name));
  if (body === undefined && others.length > 0) throw new TypeError(`${others.map(([name]) => name).join(', ')}: nothing of this name is taken`);
  return { path: search.size === 0 ? filled : `${filled}?${search.toString()}`, body: body === undefined ? undefined : Object.fromEntries(others) };
}

/** Calls through the gateway. */
export function httpTransport({ url, credential, fetch = globalThis.fetch }: HttpOptions): Transport {
  const base = url.replace(/\/+$/, '');
  return {
    async send({ operation, input, headers, signal }: Outgoing): Promise<Incoming> {
      const { path, body } = requestParts(operation, input);
      const authorization = `Bearer ${typeof credential === 'string' ? credential : await credential()}`;
      try {
        const answer = await fetch(`${base}${path}`, {
          method: operation.method.toUpperCase(),
          // A redirect is no answer of ours, and the credential goes nowhere else.
          redirect: 'error',
          headers: { accept: 'application/json', authorization, ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          signal,
        });
        return { status: answer.status, header: (name) => answer.headers.get(name), text: await answer.text() };
      } catch (cause) {
        throw unanswered(cause, signal);
      }
    },
  };
}

/** Of whoever gave up, that they did; else that nobody was reached. */
export function unanswered(cause: unknown, signal: AbortSignal): Error {
  if (!signal.aborted) return new LatchkeyError('unreachable', 'Latchkey cannot be reached', null, {}, null, { cause });
  const reason: unknown = signal.reason;
  if (reason instanceof Error && reason.name !== 'TimeoutError') return reason;
  return new LatchkeyError('timeout', 'Latchkey did not answer in time', null, {}, null, { cause });
}
