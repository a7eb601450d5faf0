import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { ServerFailure } from '@latchkey/contracts';
import { Problem } from '@latchkey/problem';
import type { Dispatcher } from 'undici';
import { CredentialRefused } from '../connections/attached.ts';
import { ClientGone } from '../proxy/render-refusal.ts';
import type { Rewrite } from '../rewrite/rewrite-plan.ts';
import { UnreadableAnswer } from '../rewrite/event-stream.ts';
import { failureOfError, failureOfStatus } from '../upstreams/failure-of.ts';
import { EventSink, JsonSink, PassingSink, type BodySink } from './body-sink.ts';
import { callerHeaders, isEventStream, isJson } from './response-headers.ts';

export interface RelayTimes {
  /** Until the upstream's headers, and between pieces of an answer that is no stream of events. */
  answerMs: number;
  /** An event stream on which the upstream is silent this long is ended. */
  streamIdleMs: number;
  /** A comment goes out on an event stream after this much silence (GW-60). */
  keepAliveMs: number;
}

export interface RelayOptions {
  response: ServerResponse;
  times: RelayTimes;
  /** Null: the body passes as it is. */
  rewrite: Rewrite | null;
  /** Whether we presented ourselves: if not, a 401 is about what the caller sent, such as the signature of a webhook. */
  presented: boolean;
  /** Our own name for the session that the upstream opened; null: none is told (GW-70, GW-73). */
  sealSession(upstreamId: string): string | null;
  /** The upstream has answered, or will not; null: it has. Nothing is said where the caller left before. */
  onOutcome(failure: ServerFailure | null): void;
  /** An event stream has begun; what is returned is called when it is over. */
  onStream(cut: (farewell?: string) => void): () => void;
}

const keepAliveComment = ': keep-alive\n';

/** Aborts the exchange with the upstream; never shown to anybody. */
class Abandoned extends Error {}

/**
 * Carries one answer from the upstream to the caller: streaming, with back-pressure, and with an end of one side that is at once the end
 * of the other (GW-60 to GW-62).
 */
export class Relay implements Dispatcher.DispatchHandler {
  /** Settles when the caller has the whole answer, or there will be none. */
  readonly done: Promise<void>;
  private controller: Dispatcher.DispatchController | null = null;
  private sink: BodySink | null = null;
  private timer: NodeJS.Timeout;
  private streaming = false;
  private silentSinceMs = 0;
  private settled = false;
  /** Whether the upstream has said all it will. */
  private answered = false;
  private resolve: () => void = () => undefined;
  private reject: (error: Error) => void = () => undefined;
  private forgetStream: () => void = () => undefined;

  constructor(private readonly options: RelayOptions) {
    this.done = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    this.timer = setTimeout(this.onSilent, options.times.answerMs);
    options.response.once('close', this.onCallerClosed);
    options.response.on('drain', this.onDrain);
  }

  start(dispatcher: Dispatcher, request: Dispatcher.DispatchOptions): void {
    // Whoever left before this began will not leave again: `close` has been.
    if (this.options.response.destroyed) return this.onCallerClosed();
    try {
      dispatcher.dispatch(request, this);
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
    this.options.onOutcome(failureOfStatus(status));
    const refusal = refusalFor(status, headers, this.options.presented);
    if (refusal !== null) return this.refuse(refusal);
    this.begin(status, headers);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.settled || this.sink === null) return;
    this.silentSinceMs = performance.now();
    this.timer.refresh();
    try {
      if (!this.sink.write(chunk)) controller.pause();
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
    if (this.sink === null) this.options.onOutcome(failureOfError(error));
    if (this.sink === null || !this.options.response.headersSent) {
      const timeout = (error as NodeJS.ErrnoException).code === 'UND_ERR_CONNECT_TIMEOUT';
      return this.refuse(new Problem(timeout ? 'upstream_timeout' : 'upstream_unavailable', { cause: error }));
    }
    // GW-62: what was sent stays, nothing is invented. Half a JSON document must not look like a whole one.
    this.finish(this.streaming ? 'end' : 'destroy');
  }

  /** Ends a stream from our side: upstream aborted, nothing more sent (GW-63) but a farewell where there is one (GW-64). */
  readonly cut = (farewell?: string): void => this.finish('end', this.sink?.atLineStart() === true ? farewell : undefined);

  private begin(status: number, headers: IncomingHttpHeaders): void {
    const { response, rewrite, times } = this.options;
    const kept = callerHeaders(headers);
    kept['cache-control'] = 'no-store';
    const sessionId = headers['mcp-session-id'];
    const sealed = typeof sessionId === 'string' ? this.options.sealSession(sessionId) : null;
    if (sealed !== null) kept['mcp-session-id'] = sealed;
    this.streaming = isEventStream(headers);
    if (rewrite !== null && (this.streaming || isJson(headers)) && headers['content-encoding'] !== undefined) {
      return this.unreadable(new UnreadableAnswer('the upstream compressed what must be read'));
    }

    if (this.streaming) {
      kept['x-accel-buffering'] = 'no';
      delete kept['content-length'];
      response.writeHead(status, kept);
      response.flushHeaders();
      this.sink = rewrite === null ? new PassingSink(response) : new EventSink(response, rewrite);
      this.watchStream();
    } else if (rewrite !== null && isJson(headers) && status === 200) {
      delete kept['content-length'];
      this.sink = new JsonSink((length) => response.writeHead(status, { ...kept, 'content-length': length }), response, rewrite);
      this.watch(times.answerMs, () => this.refuse(new Problem('upstream_timeout')));
    } else {
      response.writeHead(status, kept);
      this.sink = new PassingSink(response);
      this.watch(times.answerMs, () => this.finish('destroy'));
    }
  }

  private watchStream(): void {
    const { response, times } = this.options;
    this.silentSinceMs = performance.now();
    const onSilence = (): void => {
      // A timer may fire within the millisecond before its time.
      if (performance.now() - this.silentSinceMs + 1 >= times.streamIdleMs) return this.finish('end');
      if (this.sink?.atLineStart() === true && !response.writableNeedDrain) response.write(keepAliveComment);
      this.watch(times.keepAliveMs, onSilence);
    };
    this.watch(Math.min(times.keepAliveMs, times.streamIdleMs), onSilence);
    this.forgetStream = this.options.onStream(this.cut);
  }

  private watch(afterMs: number, then: () => void): void {
    clearTimeout(this.timer);
    if (!this.settled) this.timer = setTimeout(then, afterMs);
  }

  private unreadable(error: unknown): void {
    if (this.options.response.headersSent) return this.finish('destroy');
    this.refuse(new Problem('upstream_unavailable', { cause: error, detail: 'The upstream sent an answer that cannot be read.' }));
  }

  private refuse(problem: Problem): void {
    if (!this.settle()) return;
    this.reject(problem);
  }

  /** Ends what the caller was already being sent. */
  private finish(how: 'end' | 'destroy', farewell?: string): void {
    const { response } = this.options;
    if (!this.settle()) return;
    // What waits in the buffer counts as not sent.
    if (how === 'end' && response.writableLength === 0) response.end(farewell);
    else response.destroy();
    this.resolve();
  }

  /** @returns whether it was not settled before */
  private settle(): boolean {
    if (this.settled) return false;
    this.settled = true;
    this.stopWatching();
    this.options.response.off('close', this.onCallerClosed);
    // Hot path: an error costs its stack, and most exchanges are over by now.
    if (!this.answered) this.controller?.abort(new Abandoned());
    return true;
  }

  private stopWatching(): void {
    clearTimeout(this.timer);
    this.options.response.off('drain', this.onDrain);
    this.forgetStream();
    this.forgetStream = () => undefined;
  }

  private readonly onSilent = (): void => {
    if (this.settled) return;
    this.options.onOutcome('timeout');
    this.refuse(new Problem('upstream_timeout'));
  };

  private readonly onDrain = (): void => this.controller?.resume();

  /** The answer is out, or the caller has left: in both cases nothing more is wanted of the upstream (GW-61). */
  private readonly onCallerClosed = (): void => {
    const complete = this.options.response.writableFinished;
    if (!this.settle()) return;
    if (complete) this.resolve();
    else this.reject(new ClientGone());
  };
}

/** What the upstream's status means to a caller who knows nothing of our dealings with it; null: it passes. */
function refusalFor(status: number, headers: IncomingHttpHeaders, presented: boolean): Problem | null {
  // GW-83: a refusal of our own credential is not the caller's business, nor is another place to go to.
  if ((status === 401 && presented) || status === 407) return new Problem('upstream_unavailable', { detail: 'The upstream refused the gateway.', cause: new CredentialRefused() });
  if (status >= 300 && status < 400 && status !== 304) return new Problem('upstream_unavailable', { detail: 'The upstream points elsewhere.' });
  // An error page that is no message of the protocol says more about the inside than about the request.
  if (status >= 500 && !isJson(headers) && !isEventStream(headers)) return new Problem('upstream_unavailable');
  return null;
}
