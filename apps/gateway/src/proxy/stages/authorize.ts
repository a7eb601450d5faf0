import { admitsAddress, decide, decideWhole, membershipOfOrg, type Ask, type Decision, type Subject } from '@latchkey/access';
import type { Scope } from '@latchkey/contracts';
import type { Replica } from '@latchkey/feed-replica';
import { Problem } from '@latchkey/problem';
import { limitsOf } from '../../credentials/key-limits.ts';
import type { Principal } from '../../credentials/principal.ts';
import type { Confirmed } from '../../freshness/confirmed.ts';
import { judge, type Revisions } from '../../explain/judge.ts';
import type { Message } from '../../message/message.ts';
import { RpcRefusal, rpcCodes } from '../../message/rpc-refusal.ts';
import type { Exchange, Route } from '../exchange.ts';
import { contradictionIn } from '../named-parties.ts';
import { noSuchTool } from '../../rest/no-such-tool.ts';
import { KeptDecisions } from '../kept-decisions.ts';
import type { Stage } from '../stage.ts';
import { challengeFor } from './authenticate.ts';

type Members = Pick<Replica, 'membership'>;
type Keys = Pick<Replica, 'patById'>;

/** Credential and owner as they are at this moment; what identity itself had to be asked for comes before the replica. */
export function subjectOf(principal: Principal, members: Members, { identity }: Confirmed): Subject {
  if (identity !== undefined) return { credential: principal, membership: identity.answer.membership };
  if (principal.service === true && principal.org !== null) return { credential: principal, membership: membershipOfOrg(principal.org) };
  const membership = principal.org === null ? undefined : members.membership(principal.subject, principal.org);
  return { credential: principal, membership: membership ?? null };
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** What the request asks for, in the terms of the one decision function (GW-50); null where no login is asked. */
export function askOf(route: Route, message: Message | undefined, principal: Principal): Ask | null {
  if (route.kind === 'own') return null;
  if (route.kind === 'manage') {
    const { scope, project } = route.operation;
    return scope === null ? null : { kind: 'manage', org: principal.org ?? '', scope, ...(project === undefined ? {} : { project }) };
  }
  const { server, door = 'mcp' } = route;
  if (message === undefined || message.kind === 'response') return { kind: 'mcp', server, method: null, door };
  const name = text(message.params[message.method.startsWith('resources/') ? 'uri' : 'name']);
  return { kind: 'mcp', server, method: message.method, door, ...(name === undefined ? {} : { name }) };
}

/** 403 with a challenge that names what is missing (GW-32). */
export function insufficientScope(exchange: Exchange, required: readonly Scope[]): Problem {
  const description = `This needs the scope ${required.join(' ')}`;
  return new Problem('insufficient_scope', {
    detail: `${description}.`,
    error: 'insufficient_scope',
    headers: { 'www-authenticate': challengeFor(exchange, { error: 'insufficient_scope', scopes: required, description }) },
  });
}

/** GW-52: the words and the status an upstream has for what it does not know, so that nothing tells "hidden" from "absent". */
function unknownTo({ message, route }: Exchange, decision: Extract<Decision, { kind: 'hidden' }>): Error {
  // The whole server, or an operation of ours, is no secret (its metadata is public): the refusal may say why (GW-23).
  if (message === undefined || message.kind === 'response' || decision.what === 'server' || decision.what === 'operation') {
    return new Problem(decision.code === 'not_found' ? 'tool_not_allowed' : decision.code);
  }
  if (route?.kind === 'mcp' && route.door === 'rest') return noSuchTool();
  const modern = message.era === 'modern';
  if (decision.what === 'method') return new RpcRefusal(modern ? 404 : 200, rpcCodes.methodNotFound, 'Method not found');
  const { params, method } = message;
  if (method.startsWith('resources/')) {
    const uri = text(params['uri']) ?? '';
    return new RpcRefusal(200, modern ? rpcCodes.invalidParams : rpcCodes.resourceNotFound, `Resource not found: ${uri}`, { uri });
  }
  const what = method.startsWith('prompts/') ? 'prompt' : 'tool';
  return new RpcRefusal(200, rpcCodes.invalidParams, `Unknown ${what}: ${text(params['name']) ?? ''}`);
}

/** Whether the key itself, or the one behind an exchanged token, may be used from where this request comes from (K8). */
export const mayCallFrom = (principal: Principal, keys: Keys, { confirmed, address }: Pick<Exchange, 'confirmed' | 'address'>): boolean =>
  (principal.sourcePat === null && principal.allowedIps === null) || limitsOf(principal, keys, confirmed).every(({ allowedIps }) => admitsAddress(allowedIps, address));

/** The decision, made once here and again for open streams when something changes. */
export function authorize(members: Members & Keys & Revisions): Stage {
  const refuse = (exchange: Exchange, decision: Decision): void => {
    if (decision.kind === 'allow') return;
    if (decision.kind === 'scope') throw insufficientScope(exchange, decision.required);
    const refusal = unknownTo(exchange, decision);
    // What a notification names is nobody's business, and nobody waits for an answer: it ends here.
    if (exchange.message?.kind === 'notification' && refusal instanceof RpcRefusal) throw new Problem(decision.code === 'not_found' ? 'tool_not_allowed' : decision.code);
    throw refusal;
  };

  const kept = new KeptDecisions(members);

  const decideAnew = (exchange: Exchange, route: Route, principal: Principal): void => {
    const ask = askOf(route, exchange.message, principal);
    exchange.subject = subjectOf(principal, members, exchange.confirmed);
    const policyRevision = route.kind === 'mcp' ? (route.server.revision ?? null) : null;
    if (ask !== null) exchange.judged = judge(members, principal, exchange.subject, ask, exchange.confirmed, policyRevision);
    if (route.kind === 'mcp' && route.authz === true) refuse(exchange, decideWhole(exchange.subject, route.server));
    else if (ask !== null) refuse(exchange, decide(exchange.subject, ask));
    kept.keep(exchange, route, principal);
  };

  return {
    name: 'authorize',
    statuses: [200, 403, 404],
    run(exchange) {
      const route = exchange.needRoute();
      if (route.kind === 'manage' && route.operation.scope === null) return;
      const principal = exchange.needPrincipal();
      if (!mayCallFrom(principal, members, exchange)) throw new Problem('ip_not_allowed');
      if (!kept.repeats(exchange, route, principal)) decideAnew(exchange, route, principal);
      // Only now: where a server stands is told to nobody who may not use it.
      const contradiction = contradictionIn(exchange.request.headers, route, principal);
      if (contradiction !== null) throw new Problem(contradiction);
    },
  };
}
