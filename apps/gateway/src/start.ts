import { hkdfSync } from 'node:crypto';
import { join } from 'node:path';
import { SystemMonotonicClock } from '@latchkey/clock';
import { writers } from '@latchkey/contracts';
import type { AuditTrail, Feed } from '@latchkey/feed';
import { Freshness, Replica, ReplicaFollower, type SnapshotOptions } from '@latchkey/feed-replica';
import { createRedis } from '@latchkey/ratelimit';
import { managementPort, startManagement, startService, type RawHandler, type RunningService, type TrustedProxies } from '@latchkey/service';
import type { Logger, Tracing } from '@latchkey/telemetry';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { AppModule } from './app.module.ts';
import { AuditNotes } from './audit/audit-notes.ts';
import { GapMark } from './audit/gap-mark.ts';
import type { GatewayEnv } from './env.ts';
import { assembleGateway, type Gateway } from './gateway.ts';
import { AuditMetrics } from './metrics/audit-metrics.ts';
import { cacheMetrics } from './metrics/cache-metrics.ts';
import { CallMetrics } from './metrics/call-metrics.ts';
import { CallNames } from './metrics/call-names.ts';
import { FeedMetrics } from './metrics/feed-metrics.ts';
import { feedStatus } from './metrics/feed-status.ts';
import { limitMetrics } from './metrics/limit-metrics.ts';
import { streamMetrics } from './metrics/stream-metrics.ts';
import { upstreamMetrics } from './metrics/upstream-metrics.ts';
import { RequestMetrics } from './metrics/request-metrics.ts';
import { DirectRequest } from './proxy/direct-request.ts';
import { runPipeline } from './proxy/run-pipeline.ts';
import { appliedSpans } from './traces/applied-spans.ts';

export interface StartGatewayOptions {
  env: GatewayEnv;
  feed: Feed;
  /** By which identity is told what happened; without it nobody is. */
  trail?: AuditTrail;
  logger: Logger;
  /** Where what is done here is traced to; without it nothing is. */
  tracing?: Tracing | undefined;
  /** How long uses of keys are added up before keys is told; 15 seconds. */
  usageIntervalMs?: number;
  /** How often it is looked whether identity has to hear of the health of servers; a second. */
  healthIntervalMs?: number;
}

export interface RunningGateway extends RunningService {
  managementPort: number;
}

/** What belongs to the data plane; everything else is a public document or a probe. */
const dataPlane = /^\/(?:mcp|v1|authz)(?:[/?]|$)/;
/** The slug is reserved, and no token looks like it. */
const cards = /^\/mcp\/(?:[a-z0-9-]{1,63}\/)?server-card(?:\?|$)/;
const isData = (url: string): boolean => dataPlane.test(url) && !(url.includes('/server-card') && cards.test(url));

function dataPlaneHandler(gateway: Gateway, logger: Logger, proxies: TrustedProxies): RawHandler {
  const handle = runPipeline(gateway.stages, logger, proxies);
  return (request, response) => {
    if (!isData(request.url ?? '')) return false;
    handle(request, response);
    return true;
  };
}

/** Snapshots hold hashes and roles, so they are encrypted; the key of one purpose is never the key of another. */
function snapshotOf(env: GatewayEnv): { snapshot?: SnapshotOptions } {
  const { LATCHKEY_DATA_DIR: directory, LATCHKEY_SNAPSHOT_KEY: key, LATCHKEY_SESSION_SEALING_KEY: sealingKey } = env;
  if (directory === undefined) return {};
  const derived = (): Uint8Array => new Uint8Array(hkdfSync('sha256', sealingKey, '', 'latchkey replica snapshot', 32));
  return { snapshot: { directory: join(directory, 'gateway'), key: key ?? derived() } };
}

const gapMarkOf = ({ LATCHKEY_DATA_DIR: directory }: GatewayEnv): GapMark | undefined => (directory === undefined ? undefined : new GapMark(join(directory, 'gateway', 'audit-mark')));

/** Ready once both writers were proven for the first time: from then on, what is known and how old it may be is known too. */
function readiness(freshness: Freshness): () => boolean {
  let ready = false;
  return () => (ready ||= writers.every((writer) => Number.isFinite(freshness.proofAgeMs(writer))));
}

/**
 * Starts the gateway. It listens at once and says so in `/healthz`; `/readyz` and every credential wait for the feed.
 * @throws PortInUseError
 */
export async function startGateway({ env, feed, trail, logger, tracing, usageIntervalMs, healthIntervalMs }: StartGatewayOptions): Promise<RunningGateway> {
  const clock = new SystemMonotonicClock();
  const replica = new Replica(logger);
  const follower = new ReplicaFollower({ feed, replica, logger, onTraced: tracing === undefined ? undefined : appliedSpans(tracing), ...snapshotOf(env) });
  const freshness = new Freshness({ feed, replica, follower, clock, logger });
  const isReady = readiness(freshness);
  const registry = new Registry();
  const feedMetrics = new FeedMetrics(registry, () => freshness.status());
  const names = new CallNames();
  const metrics = { requests: new RequestMetrics(registry), calls: new CallMetrics(registry, names) };
  collectDefaultMetrics({ register: registry });
  const audit = trail === undefined ? undefined : new AuditNotes({ trail, metrics: new AuditMetrics(registry), logger, mark: gapMarkOf(env) });
  audit?.start();
  const redis = env.REDIS_URL === undefined ? undefined : createRedis(env.REDIS_URL, logger);
  const gateway = await assembleGateway({
    env, replica, proofs: freshness, isReady, feed, feedMetrics, metrics, names, tracing, redis, logger, audit, monotonicClock: clock, ...(usageIntervalMs === undefined ? {} : { usageIntervalMs }), ...(healthIntervalMs === undefined ? {} : { healthIntervalMs }),
  });
  upstreamMetrics(registry, gateway.upstreams);
  streamMetrics(registry, gateway.streams);
  limitMetrics(registry, gateway.limits);
  cacheMetrics(registry, gateway.caches);
  replica.onChange((record) => gateway.onChange(record));

  let closing = false;
  // In the order of use: what is open first, because the server waits for it; then what answers requests; the feed last.
  const closes: (() => Promise<void>)[] = [() => gateway.close(), async () => audit?.stop(), () => freshness.stop(), () => follower.stop()];
  const close = async (): Promise<void> => {
    closing = true;
    for (const step of closes) await step();
    redis?.disconnect();
  };
  try {
    const management = await startManagement({
      host: env.HOST, port: managementPort(env), logger,
      pages: {
        '/metrics': async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
        '/feed-status': () => ({ contentType: 'application/json', body: JSON.stringify(feedStatus(freshness)) }),
      },
    });
    closes.push(() => management.close());
    const service = await startService({
      name: 'gateway',
      module: AppModule.register(gateway.discovery),
      host: env.HOST,
      port: env.PORT,
      portVariable: 'PORT',
      logger,
      requestClass: DirectRequest,
      rawHandler: () => dataPlaneHandler(gateway, logger, env.LATCHKEY_TRUSTED_PROXIES),
      checkReady: () => {
        if (!isReady()) throw new Error('what the feed says has not been proven to be all of it yet');
        return { limits: gateway.limits.state };
      },
    });
    closes.splice(1, 0, () => service.close());
    freshness.start();
    follower.start().catch((error: unknown) => {
      if (!closing) logger.error({ err: error }, 'the feed cannot be followed');
    });
    const drain = async (withinMs: number): Promise<void> => {
      gateway.leave();
      await service.drain(withinMs);
    };
    return { ...service, managementPort: management.port, drain, close };
  } catch (error) {
    await close();
    throw error;
  }
}
