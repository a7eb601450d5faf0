import type { Replica } from '@latchkey/feed-replica';
import type { PersonalAccessTokenReader } from '../credentials/personal-access-token.ts';
import type { Prover } from '../freshness/prover.ts';
import type { Exchange } from '../proxy/exchange.ts';

export interface NowSources {
  replica: Pick<Replica, 'server'>;
  pats: Pick<PersonalAccessTokenReader, 'find'>;
  prover: Pick<Prover, 'newerThanReplica'>;
}

/** Puts the key and the server as they are now in the place of those that a long request began with, for who decides about it again. */
export function asOfNow({ replica, pats, prover }: NowSources): (exchange: Exchange) => void {
  return (exchange) => {
    const { route } = exchange;
    const principal = exchange.needPrincipal();
    // Of a key that its writer was asked for, the replica may have an older record.
    if (principal.hash !== null && prover.newerThanReplica(exchange.confirmed).keys === undefined) exchange.principal = pats.find(principal.hash) ?? principal;
    if (route?.kind !== 'mcp') return;
    const server = replica.server(route.server.slug);
    // What is under way at a server that has gone has its time (`Upstreams`), and is decided about by what it was.
    if (server?.url === route.server.url) exchange.route = { ...route, server };
  };
}
