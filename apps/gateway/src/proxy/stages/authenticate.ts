import type { Scope } from '@latchkey/contracts';
import { managementScopes, mcpScopes, renderChallenge, resourceMetadataUrl, workflowScopes, type Challenge } from '@latchkey/oauth';
import { invariant, Problem } from '@latchkey/problem';
import type { RateLimiter } from '@latchkey/ratelimit';
import { addressKey } from '../../credentials/address-key.ts';
import type { Authenticated, Authenticator } from '../../credentials/authenticator.ts';
import { DeadCredential } from '../../credentials/dead-credential.ts';
import { stale } from '../../freshness/stale.ts';
import { LimitReached } from '../../limits/limit-reached.ts';
import type { Exchange, Route } from '../exchange.ts';
import type { Stage } from '../stage.ts';

export interface AuthenticateOptions {
  authenticator: Authenticator;
  /** Whether the replica was proven once: before, nothing can be said about any credential (GW-24). */
  isReady(): boolean;
  /** Refused credentials an address may send before the answer becomes 429 (GW-06). */
  failures: RateLimiter;
}

/** What a challenge asks for: the least with which something can be done here. */
function minimalScopes(route: Route): readonly Scope[] {
  if (route.kind !== 'mcp') return managementScopes;
  return route.door === 'rest' ? workflowScopes : mcpScopes;
}

/** `WWW-Authenticate` of this route, the same words for every reason (GW-30, GW-31). */
export function challengeFor({ request, route }: Exchange, more: Pick<Challenge, 'scheme' | 'error' | 'description' | 'scopes'> | null): string {
  invariant(route !== undefined, 'matchRoute runs before');
  const minimal = minimalScopes(route);
  // Who proves a key is answered in the terms of that scheme (RFC 9449 section 7.1).
  const scheme = /^dpop /i.test(request.headers.authorization ?? '') ? 'DPoP' : 'Bearer';
  return renderChallenge({ scheme, resourceMetadata: resourceMetadataUrl(route.resource), scopes: minimal, ...more });
}

/** Every refused credential gets its challenge here, whatever refused it. */
export function withChallenge(exchange: Exchange, problem: Problem): Problem {
  const scopes = minimalScopes(exchange.needRoute());
  const error = problem.code === 'invalid_request' ? 'invalid_request' : problem.code === 'proof_invalid' ? 'invalid_dpop_proof' : 'invalid_token';
  const description = descriptions[error];
  // A token bound to a key that came as Bearer: the answer names the scheme that it is for (GW-26).
  const scheme = error === 'invalid_dpop_proof' ? { scheme: 'DPoP' as const } : {};
  return new Problem(problem.code, {
    ...(problem.detail === undefined ? {} : { detail: problem.detail }),
    cause: problem.cause,
    error,
    headers: { 'www-authenticate': challengeFor(exchange, { ...scheme, scopes, error, description }) },
  });
}

const descriptions = {
  invalid_request: undefined,
  invalid_token: 'The access token is not valid here',
  invalid_dpop_proof: 'The token is bound to a key that this request does not prove',
};

function take(exchange: Exchange, found: Authenticated | null): void {
  // RFC 6750 section 3.1: a request without a credential gets a challenge without an error.
  if (found === null) throw new Problem('token_missing', { headers: { 'www-authenticate': challengeFor(exchange, null) } });
  exchange.principal = found.principal;
  exchange.confirmed = found.confirmed;
}

/** No credential is looked at after this, and no body before it (GW-02). */
export function authenticate({ authenticator, isReady, failures }: AuthenticateOptions): Stage {
  /** What cost a lookup or a signature is charged to the address; a good credential from there is never held up by it. */
  const charge = async (exchange: Exchange): Promise<void> => {
    const { allowed, resetSeconds } = await failures.consume(addressKey(exchange.address));
    if (!allowed) throw new LimitReached('failures', { detail: 'Too many refused credentials.', retryAfterSeconds: resetSeconds });
  };

  const refuse = async (exchange: Exchange, error: unknown, { charged }: { charged: boolean }): Promise<never> => {
    if (error instanceof DeadCredential) exchange.refusedPrincipal = error.principal;
    // What cannot be known, and a guess too many, are no faults of the credential.
    if (!(error instanceof Problem) || (error.status !== 401 && error.status !== 400)) throw error;
    if (error.status === 401 && !charged) await charge(exchange);
    throw withChallenge(exchange, error);
  };

  return {
    name: 'authenticate',
    statuses: [400, 401, 429, 503],
    run(exchange) {
      const route = exchange.needRoute();
      if (route.kind === 'manage' && route.operation.scope === null) return;
      if (!isReady()) throw stale();
      const { urlToken } = exchange;
      exchange.urlToken = undefined;
      const admission = { charged: false, admit: (): Promise<void> => ((admission.charged = true), charge(exchange)) };
      let found: ReturnType<Authenticator['authenticate']>;
      try {
        found = authenticator.authenticate(exchange.request, route, admission.admit, urlToken);
      } catch (error) {
        return refuse(exchange, error, admission);
      }
      // Hot path: a credential that is known here was read at once.
      if (!(found instanceof Promise)) return take(exchange, found);
      return found.then((late) => take(exchange, late), (error: unknown) => refuse(exchange, error, admission));
    },
  };
}
