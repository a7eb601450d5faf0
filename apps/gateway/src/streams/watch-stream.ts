import { decide, isWithin } from '@latchkey/access';
import type { WallClock } from '@latchkey/clock';
import type { Replica } from '@latchkey/feed-replica';
import type { Confirmed } from '../freshness/confirmed.ts';
import type { Principal } from '../credentials/principal.ts';
import type { Liveness } from '../credentials/liveness.ts';
import type { PersonalAccessTokenReader } from '../credentials/personal-access-token.ts';
import type { SigningKeys } from '../credentials/signing-keys.ts';
import type { Prover } from '../freshness/prover.ts';
import type { Exchange, McpRoute } from '../proxy/exchange.ts';
import { askOf, mayCallFrom, subjectOf } from '../proxy/stages/authorize.ts';
import { farewellTo } from './farewell.ts';
import type { OpenStream, OpenStreams } from './open-streams.ts';

export interface WatcherOptions {
  streams: OpenStreams;
  replica: Pick<Replica, 'connections' | 'endUserIssuers' | 'membership' | 'revisionsOf' | 'changes' | 'org' | 'server' | 'patById'>;
  pats: Pick<PersonalAccessTokenReader, 'find'>;
  liveness: Liveness;
  prover: Pick<Prover, 'newerThanReplica'>;
  keys: Pick<SigningKeys, 'knows'>;
  clock: WallClock;
  times: { streamMaxAgeMs: number };
}

/** A request that has an answer, after which its stream is over. */
const isCall = ({ message }: Exchange): boolean => message?.kind === 'request' && message.method !== 'subscriptions/listen';

/** What is ended when a stream may not go on. */
export interface Cuttable {
  cut(farewell?: string): void;
}

/** Watched over until it is forgotten, by whoever is at its end. */
export interface Watched {
  forget(): void;
}

const unwatched: Watched = { forget: () => undefined };

/**
 * Watches over event streams: what lets one go on is asked whenever something that concerns it changes, and it is cut when the answer is no. When its
 * credential expires, or it is too old, it is cut within a second (`ConfirmStreams`).
 */
export function watcher(options: WatcherOptions): (exchange: Exchange, cuttable: Cuttable) => Watched {
  return (exchange, cuttable) => {
    const { route } = exchange;
    if (route?.kind !== 'mcp') return unwatched;
    const stream = new WatchedStream(options, exchange, route, cuttable);
    options.streams.add(stream);
    // A change that came between the decision and this moment found no stream to cut.
    if (!stream.mayGoOn()) setImmediate(() => stream.cut());
    return stream;
  };
}

/** One of thousands: an object with methods takes half the room of one with functions of its own. */
class WatchedStream implements OpenStream, Watched {
  readonly principal: Principal;
  readonly connection: string | undefined;
  readonly endsAtMs: number;
  confirmed: Confirmed;

  constructor(
    private readonly options: WatcherOptions,
    private readonly exchange: Exchange,
    private readonly route: McpRoute,
    private readonly cuttable: Cuttable,
  ) {
    const { clock, times, prover } = options;
    const principal = exchange.needPrincipal();
    const expiresInMs = principal.expiresAtSeconds === null ? Infinity : principal.expiresAtSeconds * 1000 - clock.nowMs();
    this.principal = principal;
    this.connection = exchange.attached?.record.id;
    this.endsAtMs = performance.now() + Math.min(times.streamMaxAgeMs, expiresInMs);
    this.confirmed = prover.newerThanReplica(exchange.confirmed);
  }

  get server(): string {
    return this.route.server.slug;
  }

  /** The same questions that let the request in, asked of what is known now (GW-63). */
  mayGoOn(): boolean {
    const { exchange, route, principal, confirmed } = this;
    const { replica, pats, liveness, keys } = this.options;
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
  }

  /** With its server goes what was subscribed there, and who may hear that is told so (GW-64). */
  cut(): void {
    const { options, route, principal, confirmed } = this;
    const isGone = options.replica.server(route.server.slug) === undefined && options.liveness.causeOfDeath(principal, confirmed) === null;
    this.cuttable.cut(isGone ? farewellTo(this.exchange.message) : undefined);
  }

  leave(): void {
    if (!isCall(this.exchange)) this.cuttable.cut(farewellTo(this.exchange.message));
  }

  forget(): void {
    this.options.streams.forget(this);
  }
}
