import { errorCodes, type ErrorCode } from '../error-codes.ts';
import { pathParameters, type Operation } from './operation.ts';

/** What can go wrong with any request: its form, its size, its rate, and what stands behind the gateway. */
const always: readonly ErrorCode[] = ['invalid_request', 'body_too_large', 'rate_limited', 'state_stale', 'upstream_unavailable', 'upstream_timeout'];

/** What can be wrong with a credential, or with what it may do. */
const withCredential: readonly ErrorCode[] = [
  'token_missing', 'token_malformed', 'token_unknown', 'token_expired', 'token_revoked', 'token_wrong_audience', 'proof_invalid', 'owner_disabled',
  'insufficient_scope', 'insufficient_role', 'tenant_mismatch', 'ip_not_allowed', 'tool_not_allowed',
];

/** Every code that a caller of the operation can meet. */
export function refusalsOf({ scope, path, refusals = [] }: Operation): ErrorCode[] {
  const named: readonly ErrorCode[] = pathParameters(path).length > 0 ? ['not_found', ...refusals] : refusals;
  return [...new Set([...always, ...(scope === null ? [] : withCredential), ...named])];
}

/** The same by their status, in its order. */
export function refusalsByStatus(codes: readonly ErrorCode[], asProxiesKnow = false): [status: number, codes: ErrorCode[]][] {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes) {
    const { status: own } = errorCodes[code];
    const status = asProxiesKnow && own < 500 && own !== 401 ? 403 : own;
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return [...byStatus].sort(([one], [other]) => one - other);
}

/** Answers that documents name once, by the codes behind them. */
export const namedRefusals: Readonly<Record<string, readonly ErrorCode[]>> = {
  BadRequest: ['invalid_request'],
  Unauthorized: withCredential.filter((code) => errorCodes[code].status === 401),
  Forbidden: withCredential.filter((code) => errorCodes[code].status === 403),
  ForbiddenOrAgainstPolicy: [...withCredential.filter((code) => errorCodes[code].status === 403), 'policy_violation'],
  NotFound: ['not_found'],
  Conflict: ['conflict'],
  TooLarge: ['body_too_large'],
  RateLimited: ['rate_limited'],
  BadGateway: ['upstream_unavailable'],
  Unavailable: ['state_stale'],
  TimedOut: ['upstream_timeout'],
};
