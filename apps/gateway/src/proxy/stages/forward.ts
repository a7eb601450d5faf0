import type { Subject } from '@latchkey/access';
import type { MonotonicClock } from '@latchkey/clock';
import { Problem } from '@latchkey/problem';
import { assertionContent, type Demands } from '../../assertion/assertion-content.ts';
import type { AssertionContent, AssertionSigner } from '../../assertion/assertion-signer.ts';
import { KeptAssertions } from '../../assertion/kept-assertions.ts';
import type { PersonalAccessTokenReader } from '../../credentials/personal-access-token.ts';
import type { Principal } from '../../credentials/principal.ts';
import { CredentialRefused, ScopesDemanded, type Attached } from '../../connections/attached.ts';
import type { Connector } from '../../connections/connector.ts';
import type { Missing } from '../../connections/missing-connection.ts';
import { withoutOurAnswer } from '../../connections/strip-answer.ts';
import { Relay, type RelayParts, type RelayTimes } from '../../forward/relay.ts';
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
import { Later } from '../later.ts';
import type { Stage, StageOutcome } from '../stage.ts';
import { answerMissing } from './attach-connection.ts';

export interface ForwardOptions extends WatcherOptions {
  assertions: AssertionSigner;
  connector: Connector;
  sessions: SealedSessions;
  pats: Pick<PersonalAccessTokenReader, 'find' | 'principalOf'>;
  monotonicClock: MonotonicClock;
  times: RelayTimes & { answerMs: number; streamMaxAgeMs: number };
}

const leaveUpstream = (upstream: Upstream): void => {
  upstream.open -= 1;
};

/** Sends the judged body on and carries the answer back. */
export function forward(options: ForwardOptions, traces?: RequestTraces): Stage {
  const { assertions, connector, sessions, replica, clock, monotonicClock, times } = options;
  const kept = new KeptAssertions(() => clock.nowSeconds());

  const assertionFor = (exchange: Exchange): Promise<string> | null => {
    const { principal, subject, endUser, route } = exchange;
    if (principal === undefined || subject === undefined) return null;
    const upstream = exchange.needUpstream();
    const signed = assertions.signed(contentFor(exchange, principal, subject, upstream));
    if (route?.kind === 'mcp' && endUser === undefined) kept.keep(principal, upstream, subject.membership, route.server.project, signed);
    return signed.signature;
  };

  /** The assertion of a caller who asks the same server again; undefined where it has to be signed. */
  const atHand = (exchange: Exchange): string | null | undefined => {
    const { principal, subject, endUser, route } = exchange;
    if (principal === undefined || subject === undefined) return null;
    if (route?.kind !== 'mcp' || endUser !== undefined) return undefined;
    const known = kept.find(principal, exchange.needUpstream(), subject.membership, route.server.project);
    if (known === null) return undefined;
    assertions.lookups.hits += 1;
    return known;
  };

  const contentFor = (exchange: Exchange, principal: Principal, subject: Subject, { audience }: Upstream): AssertionContent => {
    const route = exchange.needForwarded();
    const content = assertionContent(route, principal, subject, audience, demandsOn(exchange, principal));
    const { endUser } = exchange;
    const told = endUser === undefined ? {} : { end_user: { issuer: endUser.issuerId, sub: endUser.subject } };
    // Where callers are is for our own log; an upstream of somebody else learns nothing of it.
    return route.kind === 'manage' ? { ...content, ...told, address: exchange.address.slice(0, 64) } : { ...content, ...told };
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
  const watch: RelayParts['watch'] = (exchange, cuttable) => {
    const watched = watchStream(exchange, cuttable);
    exchange.forgetRequest();
    return watched;
  };

  const relayParts: RelayParts = { times, sealSession, watch };

  const bodyOf = ({ message, subject, body }: Exchange, route: McpRoute | ManageRoute): Buffer | null => {
    if (message === undefined) return body;
    return route.kind === 'mcp' && subject !== undefined ? withoutOurAnswer(message, narrowListen(route, subject, message)) : message.body;
  };

  const send = (exchange: Exchange, upstream: Upstream, assertion: string | null, done: (error: Error | null) => void): void => {
    const route = exchange.needForwarded();
    const headers = upstreamHeaders(exchange, assertion);
    // Limits, connection and signature were waited for. Whatever held them up, what was decided on may not be older than the bound when it is acted on.
    if (exchange.provenUntilMs !== undefined && monotonicClock.nowMs() > exchange.provenUntilMs) {
      upstream.health.abandoned();
      return done(stale());
    }
    const asked = traces?.ask(exchange, headers);
    const relay = new Relay(relayParts, {
      exchange, upstream,
      done: asked === undefined ? done : (error, failed) => {
        asked.end(failed);
        done(error);
      },
      answerMs: upstream.settings?.limits?.timeoutMs ?? times.answerMs,
      rewrite: route.kind === 'mcp' && exchange.subject !== undefined ? rewritePlan(route, exchange.subject, exchange.message, (versions) => upstream.versions.heard(versions)) : null,
      presented: route.kind === 'mcp' || assertion !== null,
      canWiden: exchange.attached?.oauth === true,
    });
    relay.start({ path: route.kind === 'manage' ? route.target : upstream.path, method: exchange.method, headers, body: bodyOf(exchange, route) });
  };

  /** @param leave  called with the end of it, whatever it is */
  const sendSigned = (exchange: Exchange, upstream: Upstream, assertion: string | null, leave?: (upstream: Upstream) => void): Later<void> => {
    const sent = new Later<void>();
    const done = (error: Error | null): void => {
      leave?.(upstream);
      if (error === null) sent.give();
      else sent.refuse(error);
    };
    try {
      send(exchange, upstream, assertion, done);
    } catch (error) {
      done(error as Error);
    }
    return sent;
  };

  const sendOnceMore = async (exchange: Exchange, upstream: Upstream): Promise<StageOutcome> => {
    const signed = await assertionFor(exchange);
    try {
      await sendSigned(exchange, upstream, signed);
    } catch (error) {
      // GW-83 holds for the second answer; the first may mean that what was shown is out of date.
      const again = await instead(exchange, error);
      if ('kind' in again) return answerMissing(exchange, again);
      exchange.attached = again;
      try {
        await sendSigned(exchange, upstream, signed);
      } catch (second) {
        return answerMissing(exchange, await missingAfter(exchange, again, second));
      }
    }
  };

  /** What else can be shown, or where it can be had. @throws the error where it was about something else, or there is nothing */
  const instead = async (exchange: Exchange, error: unknown): Promise<Attached | Missing> => {
    const { attached } = exchange;
    const cause = attached !== undefined && error instanceof Problem ? error.cause : null;
    if (attached === undefined || !(cause instanceof CredentialRefused || cause instanceof ScopesDemanded)) throw error;
    const found = await (cause instanceof ScopesDemanded ? connector.wider(exchange, attached, cause.scopes) : connector.again(exchange, attached));
    if (found === null) throw error;
    return found;
  };

  /** Where somebody can make good what was refused twice. @throws the error where nobody can */
  const missingAfter = async (exchange: Exchange, attached: Attached, error: unknown): Promise<Missing> => {
    const cause = error instanceof Problem ? error.cause : null;
    const found = cause instanceof ScopesDemanded ? await connector.wider(exchange, attached, cause.scopes) : cause instanceof CredentialRefused ? await connector.giveUp(exchange, attached) : null;
    if (found === null || !('kind' in found)) throw error;
    return found;
  };

  return {
    name: 'forward',
    statuses: [200, 403, 429, 502, 503, 504],
    run(exchange) {
      const upstream = exchange.needUpstream();
      enterUpstream(upstream, exchange.needForwarded().kind === 'mcp');
      const assertion = exchange.attached === undefined ? atHand(exchange) : undefined;
      // Hot path: everything is at hand, and nothing is waited for before the request is on its way.
      if (assertion !== undefined) return sendSigned(exchange, upstream, assertion, leaveUpstream);
      return sendOnceMore(exchange, upstream).finally(() => leaveUpstream(upstream));
    },
  };
}
