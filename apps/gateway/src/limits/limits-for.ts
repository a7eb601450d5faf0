import { createHash } from 'node:crypto';
import { matchesGlob } from '@latchkey/access';
import type { RateLimit, RecordOf, ServerRecord } from '@latchkey/contracts';
import type { Limit } from '@latchkey/ratelimit';
import { limitKeyOf, type Principal } from '../credentials/principal.ts';

const minute = 60;

export interface LimitedRequest {
  principal: Principal;
  /** The credential's own limit, or that of the key behind it */
  own: RateLimit | null;
  /** Of the organization that the credential is for */
  policy: RecordOf<'org'>['policy'];
  /** Where it goes; undefined for the management API */
  server: ServerRecord | undefined;
  /** Name of the tool that is called, where one is */
  tool: string | undefined;
  /** What the deployment allows a credential in a minute */
  defaultPerMinute: number;
}

interface Compiled {
  request: LimitedRequest;
  limits: readonly Limit[];
}

const compiled = new WeakMap<Principal, Compiled>();

/**
 * All limits that a request is under, the credential's first. What is nearest to a credential counts for it: its own limit, then the
 * server's, then the organization's, then the deployment's. Hot path: for a caller who does the same as before it is the same list.
 */
export function limitsFor(request: LimitedRequest): readonly Limit[] {
  const known = compiled.get(request.principal);
  if (known !== undefined && isSame(known.request, request)) return known.limits;
  const limits = compile(request);
  compiled.set(request.principal, { request, limits });
  return limits;
}

/** Records are replaced, never changed. */
const isSame = (one: LimitedRequest, other: LimitedRequest): boolean =>
  one.server === other.server && (one.tool === other.tool || other.server?.settings === undefined) && one.policy === other.policy && one.own === other.own && one.defaultPerMinute === other.defaultPerMinute;

function compile({ principal, own, policy, server, tool, defaultPerMinute }: LimitedRequest): readonly Limit[] {
  const { perCredential = null, perUser = null, requestsPerMinute = null, perTool = {} } = server?.settings?.limits ?? {};
  // People who share a credential have a budget each.
  const who = `${limitKeyOf(principal)}${principal.endUser === undefined ? '' : `:end-user:${bounded(principal.endUser)}`}`;
  const limits: Limit[] = [];
  if (own !== null) limits.push({ key: `credential:${who}`, ...own });
  else if (server !== undefined && perCredential !== null) limits.push({ key: `credential:${who}:at:${server.id}`, limit: perCredential, windowSeconds: minute });
  else limits.push({ key: `credential:${who}`, limit: policy?.requestsPerMinutePerCredential ?? defaultPerMinute, windowSeconds: minute });
  if (server !== undefined) {
    if (perUser !== null) limits.push({ key: `user:${bounded(principal.endUser ?? principal.subject)}:at:${server.id}`, limit: perUser, windowSeconds: minute });
    if (requestsPerMinute !== null) limits.push({ key: `server:${server.id}`, limit: requestsPerMinute, windowSeconds: minute });
    // Counted under the glob, of which there are few: the names that callers invent are without end.
    const glob = tool === undefined ? undefined : Object.keys(perTool).find((pattern) => matchesGlob(pattern, tool));
    if (glob !== undefined) limits.push({ key: `tool:${server.id}:${glob}`, limit: perTool[glob] ?? 0, windowSeconds: minute });
  }
  const { requestsPerMinute: ofAll = null } = policy ?? {};
  if (ofAll !== null) limits.push({ key: 'org', limit: ofAll, windowSeconds: minute });
  return limits;
}

/** What was chosen elsewhere may be long: as much of it as tells people apart. */
const bounded = (id: string): string => (id.length <= 64 ? id : createHash('sha256').update(id).digest('base64url'));
