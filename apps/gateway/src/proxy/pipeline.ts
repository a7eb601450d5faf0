import type { Logger } from '@latchkey/telemetry';
import { attachConnection } from './stages/attach-connection.ts';
import { answerAuthz } from './stages/answer-authz.ts';
import { answerExplain } from './stages/answer-explain.ts';
import { answerFreshness, type FreshnessSources } from './stages/answer-freshness.ts';
import { authenticate, type AuthenticateOptions } from './stages/authenticate.ts';
import { authorize } from './stages/authorize.ts';
import { awaitConsistency, type AwaitConsistencyOptions } from './stages/await-consistency.ts';
import { checkOrigin, type OriginRules } from './stages/check-origin.ts';
import { forward, type ForwardOptions } from './stages/forward.ts';
import { limitRate, type LimitRateOptions } from './stages/limit-rate.ts';
import { proveFreshness, type ProveFreshnessOptions } from './stages/prove-freshness.ts';
import { matchRoute, type RouteSources } from './stages/match-route.ts';
import { readEndUser } from './stages/read-end-user.ts';
import { readMessage, type ReadMessageOptions } from './stages/read-message.ts';
import { record, type AuditOptions, type RecordMetrics } from './stages/record.ts';
import { selectUpstream } from './stages/select-upstream.ts';
import { stripReservedHeaders } from './stages/strip-reserved-headers.ts';
import type { EndUserTokens } from '../end-users/end-user-tokens.ts';
import { servePlatform } from './stages/serve-platform.ts';
import { serveTools, type ServeToolsOptions } from './stages/serve-tools.ts';
import { InnerRequests } from '../inner/inner-requests.ts';
import { PlatformServer } from '../platform/platform-server.ts';
import { watcher } from '../streams/watch-stream.ts';
import type { Stage } from './stage.ts';
import type { RequestTraces } from '../traces/request-traces.ts';
import type { UsageNotes } from '../usage/usage-notes.ts';
import type { Upstreams } from '../upstreams/upstreams.ts';

export interface PipelineParts {
  origins: OriginRules;
  proofs: FreshnessSources['proofs'];
  consistency: AwaitConsistencyOptions;
  routes: RouteSources;
  credentials: AuthenticateOptions;
  endUsers: EndUserTokens;
  messages: ReadMessageOptions;
  freshness: ProveFreshnessOptions;
  limits: LimitRateOptions;
  upstreams: Upstreams;
  platform: { gatewayUrl: string; management: string };
  tools: Omit<ServeToolsOptions, 'inner' | 'again' | 'watch'>;
  forwarding: ForwardOptions;
  metrics: RecordMetrics;
  /** Absent where nothing is traced, which then costs nothing */
  traces?: RequestTraces | undefined;
  usage: UsageNotes;
  audit: AuditOptions;
  logger: Logger;
}

// Order matters (GW-01): no body is parsed before `authenticate`, no limit is charged before `authorize`.
export const pipeline = (parts: PipelineParts): readonly Stage[] => {
  const read = readMessage(parts.messages);
  const prove = proveFreshness(parts.freshness);
  const decide = authorize(parts.forwarding.replica);
  const select = selectUpstream(parts.upstreams);
  const why = answerExplain(parts.forwarding);
  const attach = attachConnection(parts.forwarding.connector);
  const send = forward(parts.forwarding, parts.traces);
  const inner = new InnerRequests([readMessage({ ...parts.messages, isInner: true }), prove, decide, why, select, attach, send], parts.traces);
  return [
    stripReservedHeaders,
    checkOrigin(parts.origins),             // 403, 204 for a preflight
    awaitConsistency(parts.consistency),    // 400, 503 when what the caller was told of does not arrive
    matchRoute(parts.routes),               // 404, 503 while an absence proves nothing
    authenticate(parts.credentials),        // 400, 401 with a challenge, 429, 503 when nothing can be proven
    readEndUser(parts.endUsers),            // 400, 503
    read,                                   // 405, 400, 404, 413, 415
    prove,                                  // 503 when nobody can say whether the credential lives, 401 when it died meanwhile
    decide,                                 // 403 insufficient_scope, or "unknown" as the upstream would say it
    limitRate(parts.limits),                // 429
    answerAuthz(parts.forwarding.assertions), // /authz only: 200
    why,                                    // /v1/explain only: 200, 400, 404, 405
    answerFreshness({ proofs: parts.proofs, bounds: parts.freshness.bounds }), // /v1/freshness only: 200, 404, 405
    servePlatform(new PlatformServer({ inner, ...parts.platform })), // /mcp only: 200, 202, 400, 403, 404
    select,                                 // 503, 400 for a version that the server does not know
    serveTools({ ...parts.tools, inner, watch: watcher(parts.forwarding), again: [prove, decide] }), // REST only: 200, and whatever the stages before and after say of what it asks
    attach,                                 // 200, 400, 403, 404, 502, 503
    send,                                   // 429 where a server takes no more at once, 502, 503, 504
    record(parts.logger, parts.metrics, parts.audit, parts.usage, parts.traces), // never throws
  ];
};
