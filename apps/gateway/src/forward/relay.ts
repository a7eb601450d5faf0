import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { ServerFailure } from '@latchkey/contracts';
import { readChallenge, scopeTokens } from '@latchkey/oauth';
import { Problem } from '@latchkey/problem';
import type { Dispatcher } from 'undici';
import { CredentialRefused, ScopesDemanded } from '../connections/attached.ts';
import type { Exchange } from '../proxy/exchange.ts';
import { ClientGone } from '../proxy/render-refusal.ts';
import type { Rewrite } from '../rewrite/rewrite-plan.ts';
import { UnreadableAnswer } from '../rewrite/event-stream.ts';
import { failureOfError, failureOfStatus } from '../upstreams/failure-of.ts';
import type { Upstream } from '../upstreams/upstream.ts';
import { EventSink, JsonSink, PassingSink, ShortSink, type BodySink } from './body-sink.ts';
import type { Cuttable, Watched } from '../streams/watch-stream.ts';
import { DueLists, type Due } from './due-list.ts';
import { isEventStream, isJson, keepHeaders } from './response-headers.ts';

export interface RelayTimes {
  /** An event stream on which the upstream is silent this long is ended. */
  streamIdleMs: number;
  /** A comment goes out on an event stream after this much silence (GW-60). */
  keepAliveMs: number;
}

/** What holds for all answers that one pipeline carries. */
export interface RelayParts {
  times: RelayTimes;
  /** Our own name for the session that the upstream opened; null: none is told (GW-70, GW-73). */
  sealSession(exchange: Exchange, upstreamId: string): string | null;
  /** An event stream has begun; what is returned forgets it when it is over. */
  watch(exchange: Exchange, cuttable: Cuttable): Watched;
}

/** What holds for one. */
export interface Carried {
  exchange: Exchange;
  upstream: Upstream;
  /** Until the upstream's headers, and between pieces of an answer that is no stream of events. */
  answerMs: number;
  /** Null: the body passes as it is. */
  rewrite: Rewrite | null;
  /** Whether we presented ourselves: if not, a 401 is about what the caller sent, such as the signature of a webhook. */
  presented: boolean;
  /** Whether an authorization server gave what was shown, and can be asked for more of it */
  canWiden: boolean;
  /** Called once, when the caller has the whole answer, or there will be none. */
  done(error: Error | null, upstreamFailed: boolean): void;
}

/** Answers that are waited for */
const awaited = new DueLists();

const keepAliveComment = ': keep-alive\n';

/** Aborts the exchange with the upstream; never shown to anybody. */
class Abandoned extends Error {}

/**
 * Carries one answer from the upstream to the caller: streaming, with back-pressure, and with an end of one side that is at once the end
 * of the other (GW-60 to GW-62).
 */
export class Relay implements Dispatcher.DispatchHandler, Due, Cuttable {
  dueAtMs = 0;
  before: Due | null = null;
  after: Due | null = null;
  /** Where it is found when nothing is heard of the upstream for the first time; from then on it has a timer of its own. */
  private due: ReturnType<DueLists['add']> | null;
  private controller: Dispatcher.DispatchController | null = null;
  private sink: BodySink | null = null;
  private timer: NodeJS.Timeout | undefined;
  private streaming = false;
  private silentSinceMs = 0;
  private settled = false;
  /** Whether the upstream has said all it will. */
  private answered = false;
  /** Whether the health of the upstream was told what came of it. */
  private told = false;
  private failed = false;
  private draining = false;
  private watched: Watched | null = null;
  private readonly response: ServerResponse;

  constructor(private readonly parts: RelayParts, private readonly carried: Carried) {
    this.response = carried.exchange.response;
    this.due = awaited.add(this, carried.answerMs);
  }

  start(request: Dispatcher.DispatchOptions): void {
    // Hot path, `close` comes once by itself: what `once` makes V8 learns to allocate among the old objects, from where it holds the whole exchange until everything is collected.
    this.response.on('close', () => this.onCallerClosed());
    // Whoever left before this began will not leave again: `close` has been.
    if (this.response.destroyed) return this.onCallerClosed();
    try {
      this.carried.upstream.pool.dispatch(request, this);
    } catch (error) {
      this.onResponseError(null, error instanceof Error ? error : new Error(String(error)));
    }
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    // The caller left, or the deadline passed, while the request waited for a connection.
    if (this.settled) controller.abort(new Abandoned());
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    // Informational answers (RFC 9110 section 15.2) are about the connection to the upstream.
    if (status < 200 || this.settled) return;
    this.tellHealth(failureOfStatus(status));
    const refusal = refusalFor(status, headers, this.carried);
    if (refusal !== null) return this.refuse(refusal);
    this.begin(status, headers);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.settled || this.sink === null) return;
    this.silentSinceMs = performance.now();
    try {
      if (!this.sink.write(chunk)) this.pause(controller);
    } catch (error) {
      this.unreadable(error);
    }
  }

  onResponseEnd(): void {
    this.answered = true;
    if (this.settled || this.sink === null) return;
    try {
      this.sink.end();
    } catch (error) {
      return this.unreadable(error);
    }
    this.stopWatching();
    // The last bytes may still be on their way: `close` says when they are not.
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    if (this.settled) return;
    if (this.sink === null) this.tellHealth(failureOfError(error));
    if (this.sink === null || !this.response.headersSent) {
      const timeout = (error as NodeJS.ErrnoException).code === 'UND_ERR_CONNECT_TIMEOUT';
      return this.refuse(new Problem(timeout ? 'upstream_timeout' : 'upstream_unavailable', { cause: error }));
    }
    // GW-62: what was sent stays, nothing is invented. Half a JSON document must not look like a whole one.
    this.finish(this.streaming ? 'end' : 'destroy');
  }

  onDue(): void {
    this.due = null;
    this.onSilence();
  }

  /** Nothing was heard of the upstream for as long as it may be silent, or a comment is due. */
  onSilence(): void {
    if (this.settled) return;
    const { streamIdleMs, keepAliveMs } = this.parts.times;
    const silentMs = performance.now() - this.silentSinceMs;
    if (this.streaming) {
      // A timer may fire within the millisecond before its time.
      if (silentMs + 1 >= streamIdleMs) return this.finish('end');
      const dueMs = Math.min(keepAliveMs, streamIdleMs);
      if (silentMs + 1 < dueMs) return this.watch(dueMs - silentMs);
      if (this.sink?.atLineStart() === true && !this.response.writableNeedDrain) this.response.write(keepAliveComment);
      return this.watch(keepAliveMs);
    }
    if (this.sink !== null && silentMs + 1 < this.carried.answerMs) return this.watch(this.carried.answerMs - silentMs);
    if (this.sink === null) this.tellHealth('timeout');
    if (this.response.headersSent) this.finish('destroy');
    else this.refuse(new Problem('upstream_timeout'));
  }

  /** Ends a stream from our side: upstream aborted, nothing more sent (GW-63) but a farewell where there is one (GW-64). */
  cut(farewell?: string): void {
    this.finish('end', this.sink?.atLineStart() === true ? farewell : undefined);
  }

  private begin(status: number, headers: IncomingHttpHeaders): void {
    const { response } = this;
    const { rewrite } = this.carried;
    this.streaming = isEventStream(headers);
    if (rewrite !== null && headers['content-encoding'] !== undefined) {
      return this.unreadable(new UnreadableAnswer('the upstream compressed what must be read'));
    }
    this.silentSinceMs = performance.now();
    const isError = status >= 500 && this.carried.exchange.route?.kind === 'mcp';
    // Whatever type it claims to have, and whatever status: a list is a list to whoever parses it.
    if (!this.streaming && (rewrite !== null || isError) && hasBody(status)) {
      const sendWithLength = (length: number): void => this.sendHead(status, headers, ['content-length', String(length)]);
      this.sink = new JsonSink(sendWithLength, response, rewrite ?? asItIs, isError ? 'message' : status >= 400 ? 'anything' : 'json');
      return;
    }
    if (!this.streaming && Number(headers['content-length'] ?? Infinity) <= ShortSink.longestBytes) {
      this.sink = new ShortSink(() => this.sendHead(status, headers), response, (error) => this.unreadable(error));
      return;
    }
    if (!this.streaming) {
      this.sendHead(status, headers);
      this.sink = new PassingSink(response);
      return;
    }
    this.sendHead(status, headers, ['x-accel-buffering', 'no']);
    response.flushHeaders();
    this.sink = rewrite === null ? new PassingSink(response) : new EventSink(response, rewrite);
    // The library keeps them for whoever may still ask, in pieces that take more room than all else about a stream that is ours.
    if (this.controller !== null) this.controller.rawHeaders = null;
    this.watch(Math.min(this.parts.times.keepAliveMs, this.parts.times.streamIdleMs));
    this.carried.upstream.streams += 1;
    this.watched = this.parts.watch(this.carried.exchange, this);
  }

  /** @param instead  said in the place of the upstream's length @throws what Node says of a header that it does not send; of what could not be sent nothing is told later */
  private sendHead(status: number, headers: IncomingHttpHeaders, instead?: readonly string[]): void {
    const { told } = this.carried.exchange;
    const ours = told.length;
    try {
      const head = this.headOf(headers, instead === undefined);
      if (instead !== undefined) head.push(...instead);
      this.response.writeHead(status, head);
    } catch (error) {
      told.length = ours;
      throw error;
    }
  }

  private headOf(headers: IncomingHttpHeaders, withLength: boolean): (string | string[])[] {
    const { exchange } = this.carried;
    const head = exchange.told;
    keepHeaders(head, headers, withLength);
    head.push('cache-control', 'no-store');
    // Our own services name what a credential lacks in terms of the gateway (GW-32).
    const challenge = headers['www-authenticate'];
    if (challenge !== undefined && exchange.route?.kind === 'manage') head.push('www-authenticate', challenge);
    const sessionId = headers['mcp-session-id'];
    const sealed = typeof sessionId === 'string' ? this.parts.sealSession(exchange, sessionId) : null;
    if (sealed !== null) head.push('mcp-session-id', sealed);
    return head;
  }

  private pause(controller: Dispatcher.DispatchController): void {
    controller.pause();
    if (this.draining) return;
    this.draining = true;
    this.response.once('drain', () => {
      this.draining = false;
      if (!this.settled) controller.resume();
    });
  }

  private watch(afterMs: number): void {
    this.stopWaiting();
    if (!this.settled) this.timer = setTimeout(silent, afterMs, this);
  }

  private unreadable(error: unknown): void {
    if (this.response.headersSent) return this.finish('destroy');
    this.refuse(new Problem('upstream_unavailable', { cause: error, detail: 'The upstream sent an answer that cannot be read.' }));
  }

  private refuse(problem: Problem): void {
    if (this.settle()) this.over(problem);
  }

  /** Ends what the caller was already being sent. */
  private finish(how: 'end' | 'destroy', farewell?: string): void {
    const { response } = this;
    if (!this.settle()) return;
    // What waits in the buffer counts as not sent.
    if (how === 'end' && response.writableLength === 0) response.end(farewell);
    else response.destroy();
    this.over(null);
  }

  /** @returns whether it was not settled before */
  private settle(): boolean {
    if (this.settled) return false;
    this.settled = true;
    this.stopWatching();
    // Hot path: an error costs its stack, and most exchanges are over by now.
    if (!this.answered) this.controller?.abort(new Abandoned());
    return true;
  }

  private over(error: Error | null): void {
    if (!this.told) this.carried.upstream.health.abandoned();
    this.carried.done(error, this.failed);
  }

  private stopWaiting(): void {
    this.due?.remove(this);
    this.due = null;
    if (this.timer !== undefined) clearTimeout(this.timer);
  }

  private stopWatching(): void {
    this.stopWaiting();
    if (this.watched === null) return;
    this.carried.upstream.streams -= 1;
    this.watched.forget();
    this.watched = null;
  }

  /** Null: it has answered. Nothing is said where the caller left before. */
  private tellHealth(failure: ServerFailure | null): void {
    this.told = true;
    this.failed = failure !== null;
    if (failure === null) this.carried.upstream.health.succeeded();
    else this.carried.upstream.health.failed(failure);
  }

  /** The answer is out, or the caller has left: in both cases nothing more is wanted of the upstream (GW-61). */
  private onCallerClosed(): void {
    const complete = this.response.writableFinished;
    if (this.settle()) this.over(complete ? null : new ClientGone());
  }
}

/** RFC 9110 sections 15.3.5 and 15.4.5 */
const hasBody = (status: number): boolean => status !== 204 && status !== 304;
const asItIs: Rewrite = () => true;

const silent = (relay: Relay): void => relay.onSilence();

/** What the upstream's status means to a caller who knows nothing of our dealings with it; null: it passes. */
function refusalFor(status: number, headers: IncomingHttpHeaders, { presented, canWiden }: Pick<Carried, 'presented' | 'canWiden'>): Problem | null {
  // GW-83: a refusal of our own credential is not the caller's business, nor is another place to go to.
  if ((status === 401 && presented) || status === 407) return new Problem('upstream_unavailable', { detail: 'The upstream refused the gateway.', cause: new CredentialRefused() });
  if (status === 403 && canWiden) {
    const scopes = scopesDemanded(headers);
    if (scopes.length > 0) return new Problem('upstream_unavailable', { detail: 'The server demands more scopes of its connection than it can be given.', cause: new ScopesDemanded(scopes) });
  }
  if (status >= 300 && status < 400 && status !== 304) return new Problem('upstream_unavailable', { detail: 'The upstream points elsewhere.' });
  // An error page that is no message of the protocol says more about the inside than about the request.
  if (status >= 500 && !isJson(headers) && !isEventStream(headers)) return new Problem('upstream_unavailable');
  return null;
}

/** None where the 403 is about something else: it then passes, as the answer that it is. */
function scopesDemanded({ 'www-authenticate': challenge }: IncomingHttpHeaders): string[] {
  const { error, scope } = readChallenge(challenge === undefined ? null : String(challenge));
  return error === 'insufficient_scope' ? scopeTokens(scope) : [];
}
