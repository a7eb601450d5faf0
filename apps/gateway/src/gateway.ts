import { SystemMonotonicClock, SystemWallClock, type MonotonicClock, type WallClock } from '@latchkey/clock';
import type { FeedRecord, PatRecord, Writer } from '@latchkey/contracts';
import type { Feed } from '@latchkey/feed';
import type { Replica } from '@latchkey/feed-replica';
import { resources } from '@latchkey/oauth';
import { createRateLimiter, Limits, type Redis } from '@latchkey/ratelimit';
import type { Logger, Tracing } from '@latchkey/telemetry';
import type { AuditNotes } from './audit/audit-notes.ts';
import { GuardedFetch, IssuerKeys } from '@latchkey/outbound';
import { EndUserTokens } from './end-users/end-user-tokens.ts';
import { askValue } from './connections/ask-value.ts';
import { ConnectionValues } from './connections/connection-values.ts';
import { Connector } from './connections/connector.ts';
import { AssertionSigner } from './assertion/assertion-signer.ts';
import { AccessTokenReader } from './credentials/access-token.ts';
import { Authenticator } from './credentials/authenticator.ts';
import { Liveness } from './credentials/liveness.ts';
import { PersonalAccessTokenReader } from './credentials/personal-access-token.ts';
import { ProofOfPossession } from './credentials/proof-of-possession.ts';
import { SigningKeys } from './credentials/signing-keys.ts';
import { usedProofs } from './credentials/used-proofs.ts';
import { IssuerDocuments } from './discovery/issuer-documents.ts';
import type { DiscoverySources } from './discovery/discovery-documents.ts';
import type { GatewayEnv } from './env.ts';
import { feedChannel, httpChannel } from './freshness/ask-channels.ts';
import { Asker } from './freshness/asker.ts';
import { Doubts } from './freshness/doubts.ts';
import { Prover, type Proofs } from './freshness/prover.ts';
import type { FeedMetrics } from './metrics/feed-metrics.ts';
import type { Lookups } from './metrics/cache-metrics.ts';
import type { CallNames } from './metrics/call-names.ts';
import { pipeline, type PipelineParts } from './proxy/pipeline.ts';
import { originRules } from './proxy/stages/check-origin.ts';
import type { Stage } from './proxy/stage.ts';
import type { RecordMetrics } from './proxy/stages/record.ts';
import { RequestTraces } from './traces/request-traces.ts';
import { Acquaintances } from './rest/acquaintances.ts';
import { asOfNow } from './rest/as-of-now.ts';
import { SealedSessions } from './sessions/sealed-sessions.ts';
import { ConfirmStreams } from './streams/confirm-streams.ts';
import { OpenStreams } from './streams/open-streams.ts';
import { sendUsage } from './usage/send-usage.ts';
import { UsageNotes } from './usage/usage-notes.ts';
import { HealthChecks } from './upstreams/health-checks.ts';
import { HealthReports } from './upstreams/health-reports.ts';
import { upstreamConnector } from './upstreams/address-guard.ts';
import { ProbeResponder } from './probe/probe-responder.ts';
import { createUpstream } from './upstreams/upstream.ts';
import { UpstreamHealth } from './upstreams/upstream-health.ts';
import { Upstreams } from './upstreams/upstreams.ts';

export interface GatewaySources {
  env: GatewayEnv;
  replica: Replica;
  /** How old what the replica knows may be */
  proofs: Proofs;
  /** Whether the replica was proven once */
  isReady(): boolean;
  feed: Pick<Feed, 'ask' | 'answer'>;
  feedMetrics: Pick<FeedMetrics, 'asked' | 'denied'>;
  metrics: RecordMetrics;
  /** Which names of servers and tools may be seen in metrics and traces */
  names: CallNames;
  tracing?: Tracing | undefined;
  redis?: Redis | undefined;
  logger: Logger;
  /** Where acts are noted; without it they are in the log only. */
  audit?: AuditNotes | undefined;
  clock?: WallClock;
  monotonicClock?: MonotonicClock;
  /** Silence after which an event stream gets a comment (GW-60). */
  keepAliveMs?: number;
  /** How long uses of keys are added up before keys is told. */
  usageIntervalMs?: number;
  /** How often it is looked whether identity has to hear of the health of servers. */
  healthIntervalMs?: number;
}

/** All parts of one gateway, put together: what answers requests, and what has to hear of changes. */
export interface Gateway {
  stages: readonly Stage[];
  discovery: DiscoverySources;
  upstreams: Pick<Upstreams, 'seen'>;
  /** Event streams that are open */
  readonly streams: Pick<OpenStreams, 'size'>;
  /** Where limits are counted at the moment */
  readonly limits: Pick<Limits, 'state' | 'trips'>;
  /** Caches of the path of requests, by name */
  caches: Readonly<Record<string, () => Lookups>>;
  onChange(record: FeedRecord): void;
  /** Nobody subscribes here any longer: subscriptions end, and new ones at once. */
  leave(): void;
  close(): Promise<void>;
}

function upstreamsOf({ env, logger }: GatewaySources, clock: WallClock, monotonicClock: MonotonicClock): Upstreams {
  const health = (): UpstreamHealth => new UpstreamHealth(monotonicClock, clock);
  const internal = upstreamConnector(true);
  const identityUrl = env.LATCHKEY_IDENTITY_INTERNAL_URL ?? env.LATCHKEY_ISSUER;
  const services = {
    identity: createUpstream({ name: 'identity', url: identityUrl, audience: env.LATCHKEY_ISSUER, connect: internal, health: health() }),
    keys: createUpstream({ name: 'keys', url: env.LATCHKEY_KEYS_URL, audience: env.LATCHKEY_KEYS_URL, connect: internal, health: health() }),
  };
  return new Upstreams({ services, connect: (tls) => upstreamConnector(env.LATCHKEY_ALLOW_PRIVATE_UPSTREAMS, tls), health, logger });
}

const perMinute = (name: string, limit: number, redis: Redis | undefined) =>
  createRateLimiter({ name, limit, windowSeconds: 60, ...(redis === undefined ? {} : { redis }) });

export async function assembleGateway(sources: GatewaySources): Promise<Gateway> {
  const { env, replica, proofs, isReady, feed, feedMetrics, metrics, names, tracing, redis, logger } = sources;
  const clock = sources.clock ?? new SystemWallClock();
  const monotonicClock = sources.monotonicClock ?? new SystemMonotonicClock();
  const issuer = env.LATCHKEY_ISSUER;
  const gatewayUrl = env.LATCHKEY_GATEWAY_URL;
  const issuerDocuments = new IssuerDocuments({ issuer, internalUrl: env.LATCHKEY_IDENTITY_INTERNAL_URL ?? issuer });
  const bounds = { readMs: env.LATCHKEY_FRESHNESS_BOUND_MS, writeMs: env.LATCHKEY_FRESHNESS_BOUND_WRITE_MS };
  const isIdentityFresh = (): boolean => isReady() && proofs.proofAgeMs('identity') <= bounds.readMs;
  const keys = new SigningKeys(replica, () => issuerDocuments.jwks(), logger, () => monotonicClock.nowMs(), isIdentityFresh);
  const accessTokens = new AccessTokenReader({ issuer, keys, clock });
  const pats = new PersonalAccessTokenReader({ replica, prefix: env.LATCHKEY_TOKEN_PREFIX, issuer });
  const liveness = new Liveness(replica, clock);
  const assertions = await AssertionSigner.create({ issuer: gatewayUrl, clock, privateJwk: env.LATCHKEY_GATEWAY_SIGNING_KEY });
  const sessions = new SealedSessions(env.LATCHKEY_SESSION_SEALING_KEY);
  const streams = new OpenStreams();
  const limits = new Limits({ name: 'calls', ...(redis === undefined ? {} : { redis }) });
  const upstreams = upstreamsOf(sources, clock, monotonicClock);
  const server = (slug: string) => replica.server(slug);
  const asker = new Asker({
    channels: [feedChannel(feed), httpChannel({ gatewayUrl, assertions, service: (name) => upstreams.service(name) })],
    clock: monotonicClock,
    onAnswered: (writer, result) => feedMetrics.asked(writer, result),
  });
  const freshness = {
    proofs, asker, liveness, clock: monotonicClock, principalOf: (record: PatRecord) => pats.principalOf(record), onStale: (writer: Writer) => feedMetrics.denied(writer),
  };
  const prover = new Prover(freshness);
  const confirmStreams = new ConfirmStreams({ streams, prover, boundMs: bounds.readMs, logger });
  confirmStreams.start();
  const values = new ConnectionValues({ ask: askValue({ gatewayUrl, keys: upstreams.service('keys'), assertions }), clock, monotonicClock });
  const usage = new UsageNotes({ send: sendUsage({ gatewayUrl, keys: upstreams.service('keys'), assertions }), logger, nowMs: () => clock.nowMs(), ...(sources.usageIntervalMs === undefined ? {} : { intervalMs: sources.usageIntervalMs }) });
  usage.start();
  const ownAssertion = (upstream: { audience: string }): Promise<string> => assertions.sign({ sub: gatewayUrl, aud: upstream.audience, scope: '', credential: { kind: 'gateway', id: 'gateway' } });
  const checks = new HealthChecks({ servers: () => replica.servers(), upstreams, assertion: ownAssertion, logger });
  checks.start();
  const outside = new GuardedFetch({ allowPrivateAddresses: env.LATCHKEY_ALLOW_PRIVATE_UPSTREAMS });
  const probes = new ProbeResponder({ feed, logger, read: (at, signal) => outside.get(at, signal), connect: (tls) => upstreamConnector(env.LATCHKEY_ALLOW_PRIVATE_UPSTREAMS, tls), assertion: (audience) => ownAssertion({ audience }) });
  probes.start();
  const reports = new HealthReports({
    gatewayUrl, upstreams, identity: upstreams.service('identity'), assertions, logger, nowMs: () => clock.nowMs(), ...(sources.healthIntervalMs === undefined ? {} : { intervalMs: sources.healthIntervalMs }),
  });
  reports.start();

  const parts: PipelineParts = {
    origins: originRules({ gatewayUrl, boundTo: env.HOST, hosts: env.LATCHKEY_ALLOWED_HOSTS, origins: env.LATCHKEY_ALLOWED_ORIGINS }),
    proofs,
    consistency: { proofs, replica },
    routes: { gatewayUrl, server, isFresh: isIdentityFresh },
    credentials: {
      authenticator: new Authenticator(pats, accessTokens, liveness, new Doubts(freshness), new ProofOfPossession({ used: usedProofs(clock, redis), clock })),
      isReady,
      failures: perMinute('failed-credentials', env.LATCHKEY_FAILED_CREDENTIALS_PER_MINUTE, redis),
    },
    endUsers: new EndUserTokens({ replica, clock, keys: new IssuerKeys(outside) }),
    messages: { sessions, maxBodyBytes: env.LATCHKEY_MAX_BODY_BYTES },
    freshness: { prover, bounds },
    limits: {
      limits,
      defaultPerMinute: env.LATCHKEY_RATE_LIMIT_PER_MINUTE,
      perAddress: perMinute('address', env.LATCHKEY_RATE_LIMIT_PER_MINUTE, redis),
      leaks: createRateLimiter({ name: 'leaks', limit: 60, windowSeconds: 3600, ...(redis === undefined ? {} : { redis }) }),
      hooksPerMinute: env.LATCHKEY_HOOKS_PER_MINUTE,
      replica,
    },
    upstreams,
    platform: { gatewayUrl, management: resources(gatewayUrl).management },
    tools: { acquaintances: new Acquaintances(monotonicClock), renew: asOfNow({ replica, pats, prover }), gatewayUrl, issuer, times: { answerMs: env.LATCHKEY_UPSTREAM_TIMEOUT_MS, keepAliveMs: sources.keepAliveMs ?? 15_000 } },
    forwarding: {
      connector: new Connector({ replica, values, proofs, bounds, issuer }),
      assertions, sessions, streams, replica, pats, liveness, prover, clock, monotonicClock, keys,
      times: {
        answerMs: env.LATCHKEY_UPSTREAM_TIMEOUT_MS,
        streamIdleMs: env.LATCHKEY_STREAM_IDLE_SECONDS * 1000,
        streamMaxAgeMs: env.LATCHKEY_STREAM_MAX_AGE_SECONDS * 1000,
        keepAliveMs: sources.keepAliveMs ?? 15_000,
      },
    },
    metrics,
    traces: tracing === undefined ? undefined : new RequestTraces(tracing, names),
    usage,
    audit: { notes: sources.audit, level: env.LATCHKEY_AUDIT_CALLS },
    logger,
  };

  return {
    stages: pipeline(parts),
    discovery: { gatewayUrl, issuer, server, servers: () => replica.servers(), isReady, issuerDocuments, assertions, defaultServer: env.LATCHKEY_DEFAULT_SERVER },
    upstreams,
    streams,
    limits,
    caches: { access_tokens: () => accessTokens.lookups, assertions: () => assertions.lookups, connections: () => values.lookups },
    onChange(record) {
      if (record.kind === 'jwks') {
        keys.forget();
        accessTokens.forget();
        // A key is dropped early only when somebody else may have it: what it let in ends too (AS-71).
        for (const stream of streams) if (!stream.mayGoOn()) stream.cut();
      }
      if (record.kind === 'connection') values.forget(record.id);
      if (record.kind === 'server' && replica.server(record.slug)?.url !== record.url) upstreams.retire(record.slug);
      streams.onChange(record);
    },
    leave: () => streams.leaveAll(),
    async close() {
      await confirmStreams.stop();
      streams.cutAll();
      await probes.stop();
      await checks.stop();
      await reports.stop();
      await usage.stop();
      await upstreams.close();
    },
  };
}
