import type { MonotonicClock } from '@latchkey/clock';
import { requestHeaders, type ServerRecord } from '@latchkey/contracts';
import type { Exchange } from '../proxy/exchange.ts';
import type { Acquaintance } from './tool-client.ts';

/** Half a minute stale at most. Nothing is allowed by it: it says in which era a server speaks, and what its tools take. */
const freshMs = 30_000;
const perServer = 200;

/** What was found out about servers, by server as it is registered and by who asked: no caller meets what another was told (GW-54). */
export class Acquaintances {
  /** A record is replaced and never changed, so what was known of a server that has changed goes with it. */
  private readonly byServer = new WeakMap<ServerRecord, Map<string, Acquaintance & { sinceMs: number }>>();

  constructor(private readonly clock: MonotonicClock) {}

  of(server: ServerRecord, exchange: Exchange): Acquaintance {
    const { kind, id, subject, org } = exchange.needPrincipal();
    const { [requestHeaders.credential]: connection, [requestHeaders.userToken]: user } = exchange.request.headers;
    const known = this.byServer.get(server) ?? new Map<string, Acquaintance & { sinceMs: number }>();
    this.byServer.set(server, known);
    const key = JSON.stringify([kind, id, subject, org, connection, user]);
    const nowMs = this.clock.nowMs();
    const found = known.get(key);
    if (found !== undefined && nowMs - found.sinceMs < freshMs) return found;
    const fresh = { prior: null, tools: null, sinceMs: nowMs };
    known.delete(key);
    known.set(key, fresh);
    const oldest = known.keys().next();
    if (known.size > perServer && oldest.done !== true) known.delete(oldest.value);
    return fresh;
  }
}
