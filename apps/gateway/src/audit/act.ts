import { randomUUID } from 'node:crypto';
import { actorsOf, type AuditEvent } from '@latchkey/contracts';
import type { EndUser } from '../end-users/end-user.ts';
import type { Principal } from '../credentials/principal.ts';
import { mayChange } from '../freshness/bounds.ts';
import type { Exchange, Route } from '../proxy/exchange.ts';
import { decisionFacts, type Judged } from './decision-facts.ts';

/** Which calls are acts worth an entry: none but refused ones, those that may change something, or all. Refusals always are. */
export const auditLevels = ['refusals', 'writes', 'all'] as const;
export type AuditLevel = (typeof auditLevels)[number];

/** What is remembered of a request until it is told: no more than an entry needs, and nothing that keeps the request alive. */
export interface Act {
  atMs: number;
  action: 'credential.refused' | 'call.refused' | 'request.refused' | 'call.made';
  outcome: AuditEvent['outcome'];
  code: string | null;
  principal: Principal | undefined;
  /** Method of the message, or of HTTP */
  method: string;
  /** Slug of the server, or family of the management API */
  place: string;
  kind: 'server' | 'api';
  name: string | undefined;
  address: string;
  requestId: string;
  status: number;
  /** With which connection it went upstream */
  connection?: string | undefined;
  endUser?: EndUser | undefined;
  judged?: Judged | undefined;
}

const credentialCodes: ReadonlySet<string> = new Set(['token_malformed', 'token_unknown', 'token_expired', 'token_revoked', 'token_wrong_audience', 'owner_disabled', 'replayed']);
const decisionCodes: ReadonlySet<string> = new Set(['insufficient_scope', 'insufficient_role', 'tool_not_allowed', 'tenant_mismatch', 'user_mismatch', 'ip_not_allowed', 'policy_violation']);

/** A decision against a call is answered as if there were no such tool (GW-52); here it has its name. */
function codeOfRefusal({ refusal, subject, upstream }: Exchange): string | null {
  if (refusal === undefined) return null;
  if (credentialCodes.has(refusal.code) || decisionCodes.has(refusal.code)) return refusal.code;
  return subject !== undefined && upstream === undefined && /^-\d+$/.test(refusal.code) ? 'tool_not_allowed' : null;
}

function placeOf(route: Route): string {
  if (route.kind === 'mcp') return route.server.slug;
  return route.kind === 'own' ? route.purpose : route.operation.family;
}

/** @returns null for what nobody will ask about: reads below the level, requests without a credential, our own trouble */
export function actOf(exchange: Exchange, status: number, level: AuditLevel): Act | null {
  const { route, message, principal, upstream } = exchange;
  if (route === undefined) return null;
  const code = codeOfRefusal(exchange);
  const called = upstream !== undefined && route.kind === 'mcp' && message?.kind === 'request';
  if (code === null && (!called || level === 'refusals' || (level === 'writes' && !mayChange(exchange)))) return null;
  const refusal = route.kind === 'mcp' ? 'call.refused' : 'request.refused';
  const named = message === undefined || message.kind === 'response' ? undefined : (message.params['name'] ?? message.params['uri']);
  return {
    atMs: Date.now(),
    action: code === null ? 'call.made' : credentialCodes.has(code) ? 'credential.refused' : refusal,
    outcome: code !== null ? 'refused' : status < 400 ? 'success' : 'failed',
    code: code ?? exchange.refusal?.code ?? null,
    principal: principal ?? exchange.refusedPrincipal,
    method: message === undefined || message.kind === 'response' ? exchange.method : message.method,
    place: placeOf(route),
    kind: route.kind === 'mcp' ? 'server' : 'api',
    name: typeof named === 'string' ? named : undefined,
    address: exchange.address,
    requestId: exchange.requestId,
    status,
    connection: exchange.attached?.record.id,
    endUser: exchange.endUser,
    judged: exchange.judged,
  };
}

/** Of refusals that say the same, one entry with their number is enough. */
export const sameness = ({ action, code, principal, place, method, name, address, endUser }: Act): string =>
  JSON.stringify([action, code, principal?.id, endUser?.issuer, endUser?.subject, place, method, name, address]);

const actingFor = ({ act }: Principal): { by?: string[] } => (act === undefined ? {} : { by: actorsOf(act) });

const plain = /^[\x20-\x7e]*$/;
/** Hot path: most texts are plain and short. */
const cleaned = (text: string, length: number): string => (text.length <= length && plain.test(text) ? text : text.slice(0, length).replace(/[\p{Cc}\p{Cs}]/gu, '?'));

/** @param times  how many acts the entry stands for */
export function eventOf(act: Act, times: number): AuditEvent {
  const { principal, place, kind, name, method } = act;
  const isMachine = principal !== undefined && principal.clientId === principal.subject;
  return {
    id: randomUUID(),
    at: new Date(act.atMs).toISOString(),
    service: 'gateway',
    org: principal?.org ?? null,
    actor: principal === undefined ? { kind: 'anonymous', id: null } : { kind: isMachine ? 'client' : 'user', id: cleaned(principal.subject, 256), ...actingFor(principal) },
    credential: principal === undefined ? null : { kind: principal.kind, id: cleaned(principal.id, 256) },
    action: act.action,
    target: { kind: name === undefined ? kind : method.startsWith('tools/') ? 'tool' : 'item', id: cleaned(name === undefined ? place : `${place}/${name}`, 256) },
    outcome: act.outcome,
    code: act.code,
    address: act.address.slice(0, 64) || null,
    requestId: act.requestId,
    details: detailsOf(act, times),
  };
}

function detailsOf({ principal, method, status, endUser, connection, judged }: Act, times: number): AuditEvent['details'] {
  const details: AuditEvent['details'] = judged === undefined ? {} : { ...decisionFacts(judged) };
  details['method'] = cleaned(method, 64);
  details['status'] = status;
  if (principal !== undefined && principal.clientId !== null) details['client'] = cleaned(principal.clientId, 256);
  if (endUser !== undefined) Object.assign(details, { endUser: cleaned(endUser.subject, 256), endUserIssuer: cleaned(endUser.issuer, 256) });
  if (connection !== undefined) details['connection'] = connection;
  if (times !== 1) details['times'] = times;
  return details;
}
