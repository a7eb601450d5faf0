import { requestHeaders } from '@latchkey/contracts';
import { served, type Correlation, type TracedSpan } from '@latchkey/telemetry';
import type { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage } from 'node:http';
import type { TrustedProxies } from './client-address.ts';
import { requestIdOf } from './request-id.ts';

/** What whoever writes about a request wants to know of it, however deep in the code. */
export interface RequestFacts extends Correlation {
  /** Of whoever is behind the request: the peer, until something that may say so names another. */
  address: string | null;
  /** What the program behind it calls itself. */
  userAgent: string | null;
  /** When its headers had been read, by `performance.now()` */
  arrivedAtMs: number;
}

/** One storage for all that know what is being served; nobody else runs anything in it. */
const facts = served as AsyncLocalStorage<RequestFacts>;

/** The request that is being served; undefined outside of one. */
export const currentRequest = (): RequestFacts | undefined => facts.getStore();

/** Runs what is no HTTP request under facts of its own. */
export const withFacts = <T>(known: RequestFacts, run: () => T): T => facts.run(known, run);

/**
 * Serves `request` under its facts. Its id is settled here, so that all who read the header agree.
 * @param trace  begins its span, where there are any
 */
export function withRequestFacts(request: IncomingMessage, proxies: TrustedProxies, serve: () => void, trace?: (requestId: string) => TracedSpan): void {
  const requestId = requestIdOf(request.headers);
  request.headers[requestHeaders.requestId] = requestId;
  const userAgent = request.headers['user-agent']?.slice(0, 400) ?? null;
  facts.run({ requestId, address: proxies.addressOf(request) || null, userAgent, arrivedAtMs: performance.now(), span: trace?.(requestId) }, serve);
}

/** Somebody who may say so has said who is behind the request that is being served. */
export function believeAddress(address: string): void {
  const current = facts.getStore();
  if (current !== undefined) current.address = address;
}
