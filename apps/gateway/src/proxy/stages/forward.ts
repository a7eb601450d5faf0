import type { MonotonicClock } from '@latchkey/clock';
import { Problem } from '@latchkey/problem';
import { assertionContent, type Demands } from '../../assertion/assertion-content.ts';
import type { AssertionSigner } from '../../assertion/assertion-signer.ts';
import type { PersonalAccessTokenReader } from '../../credentials/personal-access-token.ts';
import type { Principal } from '../../credentials/principal.ts';
import { CredentialRefused } from '../../connections/attached.ts';
import type { Connector } from '../../connections/connector.ts';
import { withoutOurAnswer } from '../../connections/strip-answer.ts';
import { Relay, type RelayTimes } from '../../forward/relay.ts';
import { upstreamHeaders } from '../../forward/request-headers.ts';
import { narrowListen } from '../../rewrite/narrow-listen.ts';
import { rewritePlan } from '../../rewrite/rewrite-plan.ts';
import { sessionBinding, type SealedSessions } from '../../sessions/sealed-sessions.ts';
import { stale } from '../../freshness/stale.ts';
import { watcher, type WatcherOptions } from '../../streams/watch-stream.ts';
import type { RequestTraces } from '../../traces/request-traces.ts';
import { enterUpstream } from '../../upstreams/enter-upstream.ts';
import type { Upstream } from '../../upstreams/upstream.ts';
import type { Exchange, ManageRoute, McpRoute } from '../exchange.ts';
import type { Stage, StageOutcome } from '../stage.ts';
import { answerMissing } from './attach-connection.ts';

export interface ForwardOptions extends WatcherOptions {
  assertions: AssertionSigner;
  connector: Connector;
  sessions: SealedSessions;
  pats: Pick<PersonalAccessTokenReader, 'find' | 'principalOf'>;
  monotonicClock: MonotonicClock;
  times: RelayTimes & { streamMaxAgeMs: number };
}

/** Sends the judged body on and carries the answer back. */
export function forward(options: ForwardOptions, traces?: RequestTraces): Stage {
  const { assertions, connector, sessions, replica, monotonicClock, times } = options;

  const assertionFor = (exchange: Exchange): Promise<string> | null => {
    const { principal, subject } = exchange;
    if (principal === undefined || subject === undefined) return null;
    const route = exchange.needForwarded();
    const content = assertionContent(route, principal, subject, exchange.needUpstream().audience, demandsOn(exchange, principal));
    // Where callers are is for our own log; an upstream of somebody else learns nothing of it.
    const { endUser } = exchange;
    const told = endUser === undefined ? {} : { end_user: { issuer: endUser.issuerId, sub: endUser.subject } };
    return assertions.sign(route.kind === 'manage' ? { ...content, ...told, address: exchange.address.slice(0, 64) } : content);
  };

  /** What identity itself had to be asked for comes before the replica, as with the role. */
  const demandsOn = ({ confirmed }: Exchange, { org }: Principal): Demands => {
    const known = org === null ? undefined : replica.org(org)?.policy?.keyMaxLifetimeSeconds;
    return { keyMaxLifetimeSeconds: (confirmed.identity === undefined ? known : confirmed.identity.answer.keyMaxLifetimeSeconds) ?? null };
  };

  const sealSession = (exchange: Exchange, upstreamId: string): string | null => {
    const { route, message } = exchange;
    if (route?.kind !== 'mcp' || message?.era === 'modern') return null;
    return sessions.seal(upstreamId, sessionBinding(exchange.needPrincipal(), route.server, exchange.endUser));
  };

  const watchStream = watcher(options);

  const bodyOf = ({ message, subject, body }: Exchange, route: McpRoute | ManageRoute): Buffer | null => {
    if (message === undefined) return body;
    return route.kind === 'mcp' && subject !== undefined ? withoutOurAnswer(message, narrowListen(route, subject, message)) : message.body;
  };

  const send = async (exchange: Exchange, upstream: Upstream, assertion: string | null): Promise<void> => {
    const route = exchange.needForwarded();
    const headers = upstreamHeaders(exchange, assertion);
    // Limits, connection and signature were waited for. Whatever held them up, what was decided on may not be older than the bound when it is acted on.
    if (exchange.provenUntilMs !== undefined && monotonicClock.nowMs() > exchange.provenUntilMs) throw stale();
    const answerMs = upstream.settings?.limits?.timeoutMs ?? times.answerMs;
    let isTold = false;
    let isFailed = false;
    const asked = traces?.ask(exchange, headers);
    const relay = new Relay({
      response: exchange.response,
      times: answerMs === times.answerMs ? times : { ...times, answerMs },
      rewrite: route.kind === 'mcp' && exchange.subject !== undefined ? rewritePlan(route, exchange.subject, exchange.message) : null,
      presented: route.kind === 'mcp' || assertion !== null,
      sealSession: (id) => sealSession(exchange, id),
      onOutcome: (failure) => {
        isTold = true;
        isFailed = failure !== null;
        if (failure === null) upstream.health.succeeded();
        else upstream.health.failed(failure);
      },
      onStream: (cut) => {
        upstream.streams += 1;
        const forget = watchStream(exchange, cut);
        return () => {
          upstream.streams -= 1;
          forget();
        };
      },
    });
    relay.start(upstream.pool, {
      path: route.kind === 'manage' ? route.target : upstream.path,
      method: exchange.method,
      headers,
      body: bodyOf(exchange, route),
    });
    await relay.done.finally(() => {
      if (!isTold) upstream.health.abandoned();
      asked?.end(isFailed);
    });
  };

  const sendOnceMore = async (exchange: Exchange, upstream: Upstream): Promise<StageOutcome> => {
    const assertion = assertionFor(exchange);
    const signed = assertion === null ? null : await assertion;
    try {
      await send(exchange, upstream, signed);
    } catch (error) {
      if (exchange.attached === undefined || !(error instanceof Problem && error.cause instanceof CredentialRefused)) throw error;
      // GW-83 holds for the second answer; the first may mean that what was shown is out of date.
      const again = await connector.again(exchange, exchange.attached);
      if (again === null) throw error;
      if ('kind' in again) return answerMissing(exchange, again);
      exchange.attached = again;
      await send(exchange, upstream, signed);
    }
  };

  return {
    name: 'forward',
    statuses: [200, 403, 429, 502, 503, 504],
    async run(exchange) {
      const upstream = exchange.needUpstream();
      const leave = enterUpstream(upstream, exchange.needForwarded().kind === 'mcp');
      try {
        return await sendOnceMore(exchange, upstream);
      } finally {
        leave();
      }
    },
  };
}
