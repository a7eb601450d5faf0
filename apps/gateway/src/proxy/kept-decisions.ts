import type { Subject } from '@latchkey/access';
import type { ServerRecord } from '@latchkey/contracts';
import type { Judged } from '../audit/decision-facts.ts';
import type { Principal } from '../credentials/principal.ts';
import { saysNothing } from '../freshness/confirmed.ts';
import type { Exchange, Route } from './exchange.ts';

/** A yes, what it was said to, and what it rests on. */
interface Kept {
  changes: number;
  server: ServerRecord;
  method: string;
  name: unknown;
  subject: Subject;
  judged: Judged;
}

/** Names are chosen by callers; what is longer is no name of a tool. */
const longestName = 256;

/**
 * The last yes to each caller's calls. A decision rests on the credential, its owner, the server and the call alone, so while nothing has arrived
 * from the writers the same call has the same answer. Whether the credential lives, how fresh that knowledge is and where the caller is are asked
 * at every request, and a no is never repeated from here.
 */
export class KeptDecisions {
  private readonly kept = new WeakMap<Principal, Kept>();

  constructor(private readonly replica: { readonly changes: number }) {}

  /** @returns whether the answer is the last one, which the exchange has then */
  repeats(exchange: Exchange, route: Route, principal: Principal): boolean {
    const known = this.kept.get(principal);
    if (known === undefined || known.changes !== this.replica.changes || !isPlainCall(exchange, route) || route.server !== known.server) return false;
    const { message } = exchange;
    if (message?.kind !== 'request' || message.method !== known.method || message.params['name'] !== known.name) return false;
    exchange.subject = known.subject;
    exchange.judged = known.judged;
    return true;
  }

  /** What was just allowed. */
  keep(exchange: Exchange, route: Route, principal: Principal): void {
    const { message, subject, judged } = exchange;
    if (!isPlainCall(exchange, route) || message?.kind !== 'request' || message.method !== 'tools/call' || subject === undefined || judged === undefined) return;
    const { name } = message.params;
    if (typeof name !== 'string' || name.length > longestName) return;
    this.kept.set(principal, { changes: this.replica.changes, server: route.server, method: message.method, name, subject, judged });
  }
}

/** By the door of MCP, and by nobody's word but the replica's. */
const isPlainCall = ({ confirmed }: Exchange, route: Route): route is Extract<Route, { kind: 'mcp' }> =>
  route.kind === 'mcp' && route.authz !== true && (route.door ?? 'mcp') === 'mcp' && saysNothing(confirmed);
