import { decide, isWithin } from '@latchkey/access';
import type { MonotonicClock, WallClock } from '@latchkey/clock';
import type { Replica } from '@latchkey/feed-replica';
import { Problem } from '@latchkey/problem';
import { assertionContent, type Demands } from '../../assertion/assertion-content.ts';
import type { AssertionSigner } from '../../assertion/assertion-signer.ts';
import type { PersonalAccessTokenReader } from '../../credentials/personal-access-token.ts';
import type { Principal } from '../../credentials/principal.ts';
import type { Liveness } from '../../credentials/liveness.ts';
import type { SigningKeys } from '../../credentials/signing-keys.ts';
import { CredentialRefused } from '../../connections/attached.ts';
import type { Connector } from '../../connections/connector.ts';
import { withoutOurAnswer } from '../../connections/strip-answer.ts';
import { Relay, type RelayTimes } from '../../forward/relay.ts';
import { upstreamHeaders } from '../../forward/request-headers.ts';
import { narrowListen } from '../../rewrite/narrow-listen.ts';
import { rewritePlan } from '../../rewrite/rewrite-plan.ts';
import { sessionBinding, type SealedSessions } from '../../sessions/sealed-sessions.ts';
import type { Prover } from '../../freshness/prover.ts';
import { stale } from '../../freshness/stale.ts';
import type { OpenStream, OpenStreams } from '../../streams/open-streams.ts';
import { enterUpstream } from '../../upstreams/enter-upstream.ts';
import type { Upstream } from '../../upstreams/upstream.ts';
import type { Exchange, ManageRoute, McpRoute } from '../exchange.ts';
import type { Stage, StageOutcome } from '../stage.ts';
import { answerMissing } from './attach-connection.ts';
import { askOf, mayCallFrom, subjectOf } from './authorize.ts';

export interface ForwardOptions {
  assertions: AssertionSigner;
  connector: Connector;
  sessions: SealedSessions;
  streams: OpenStreams;
  replica: Pick<Replica, 'connections' | 'endUserIssuers' | 'membership' | 'revisionsOf' | 'org' | 'server' | 'patById'>;
  pats: Pick<PersonalAccessTokenReader, 'find' | 'principalOf'>;
  liveness: Liveness;
  prover: Pick<Prover, 'newerThanReplica'>;
  keys: Pick<SigningKeys, 'knows'>;
  clock: WallClock;
  monotonicClock: MonotonicClock;
  times: RelayTimes & { streamMaxAgeMs: number };
}

/** A request that has an answer, after which its stream is over. */
const isCall = ({ message }: Exchange): boolean => message?.kind === 'request' && message.method !== 'subscriptions/listen';

/** Sends the judged body on and carries the answer back. */
export function forward(options: ForwardOptions): Stage {
  const { assertions, connector, sessions, streams, replica, pats, liveness, prover, keys, clock, monotonicClock, times } = options;

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

  /** The same questions that let the request in, asked of what is known now (GW-63). */
  const mayGoOn = (exchange: Exchange, route: McpRoute, { principal, confirmed }: Pick<OpenStream, 'principal' | 'confirmed'>): boolean => {
    if (liveness.causeOfDeath(principal, confirmed) !== null) return false;
    const server = replica.server(route.server.slug);
    const isThere = server?.url === route.server.url;
    // A call that is under way when its server goes has the time that `Upstreams` gives it; what would go on for ever ends.
    if (!isThere && !(isCall(exchange) && exchange.upstream?.retired === true)) return false;
    // Lists on the way are filtered by what the server kept when they were asked for.
    if (isThere && !isCall(exchange) && JSON.stringify(server.settings?.restrictions) !== JSON.stringify(route.server.settings?.restrictions)) return false;
    if (principal.signedBy !== undefined && !keys.knows(principal.signedBy)) return false;
    const { attached, endUser } = exchange;
    if (attached !== undefined && !replica.connections(route.server).some(({ id }) => id === attached.record.id)) return false;
    if (endUser !== undefined && !replica.endUserIssuers(principal.org ?? '').some(({ id }) => id === endUser.issuerId)) return false;
    // A key that was narrowed since: what the stream was opened with is more than is left, and its lists are filtered by it.
    const now = principal.hash === null ? principal : (pats.find(principal.hash) ?? principal);
    if (!isWithin(principal, now) || !mayCallFrom(now, replica, { confirmed, address: exchange.address })) return false;
    const ask = askOf(isThere ? { ...route, server } : route, exchange.message, principal);
    return ask !== null && decide(subjectOf(principal, replica, confirmed), ask).kind === 'allow';
  };

  const watchStream = (exchange: Exchange, cut: () => void): (() => void) => {
    const { route } = exchange;
    if (route?.kind !== 'mcp') return () => undefined;
    const principal = exchange.needPrincipal();
    const expiresInMs = principal.expiresAtSeconds === null ? Infinity : principal.expiresAtSeconds * 1000 - clock.nowMs();
    const timer = setTimeout(cut, Math.max(0, Math.min(times.streamMaxAgeMs, expiresInMs)));
    const stream: OpenStream = {
      principal, confirmed: prover.newerThanReplica(exchange.confirmed), server: route.server.slug, connection: exchange.attached?.record.id, mayGoOn: () => mayGoOn(exchange, route, stream), cut,
    };
    const forget = streams.add(stream);
    // A change that came between the decision and this moment found no stream to cut.
    if (!stream.mayGoOn()) setImmediate(cut);
    return () => {
      clearTimeout(timer);
      forget();
    };
  };

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
    const relay = new Relay({
      response: exchange.response,
      times: answerMs === times.answerMs ? times : { ...times, answerMs },
      rewrite: route.kind === 'mcp' && exchange.subject !== undefined ? rewritePlan(route, exchange.subject, exchange.message) : null,
      presented: route.kind === 'mcp' || assertion !== null,
      sealSession: (id) => sealSession(exchange, id),
      onOutcome: (failure) => {
        isTold = true;
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
