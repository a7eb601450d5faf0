import type { Feed } from '@latchkey/feed';
import { Replica, ReplicaFollower } from '@latchkey/feed-replica';
import { createRedis } from '@latchkey/ratelimit';
import { startService, type RawHandler, type RunningService } from '@latchkey/service';
import type { Logger } from '@latchkey/telemetry';
import { AppModule } from './app.module.ts';
import type { GatewayEnv } from './env.ts';
import { assembleGateway, type Gateway } from './gateway.ts';
import { runPipeline } from './proxy/run-pipeline.ts';

export interface StartGatewayOptions {
  env: GatewayEnv;
  feed: Feed;
  logger: Logger;
}

/** What belongs to the data plane; everything else is a public document or a probe. */
const dataPlane = /^\/(?:mcp|v1)(?:[/?]|$)/;

function dataPlaneHandler(gateway: Gateway, logger: Logger): RawHandler {
  const handle = runPipeline(gateway.stages, logger);
  return (request, response) => {
    if (!dataPlane.test(request.url ?? '')) return false;
    handle(request, response).catch((error: unknown) => {
      logger.error({ err: error }, 'the pipeline failed');
      response.destroy();
    });
    return true;
  };
}

/**
 * Starts the gateway. It listens at once and says so in `/healthz`; `/readyz` and every credential wait for the feed.
 * @throws PortInUseError
 */
export async function startGateway({ env, feed, logger }: StartGatewayOptions): Promise<RunningService> {
  const replica = new Replica(logger);
  const follower = new ReplicaFollower({ feed, replica, logger });
  const redis = env.REDIS_URL === undefined ? undefined : createRedis(env.REDIS_URL, logger);
  const gateway = await assembleGateway({ env, replica, isReady: () => follower.isReady(), redis, logger });
  replica.onChange((record) => gateway.onChange(record));

  let closing = false;
  const release = async (): Promise<void> => {
    closing = true;
    await follower.stop();
    await gateway.close();
    redis?.disconnect();
  };
  try {
    const service = await startService({
      name: 'gateway',
      module: AppModule.register(gateway.discovery),
      host: env.HOST,
      port: env.PORT,
      portVariable: 'PORT',
      logger,
      rawHandler: () => dataPlaneHandler(gateway, logger),
      checkReady: () => {
        if (!follower.isReady()) throw new Error('the feed has not been read to its present end yet');
      },
    });
    follower.start().catch((error: unknown) => {
      if (!closing) logger.error({ err: error }, 'the feed cannot be followed');
    });
    return { ...service, close: () => closeAll(service, release) };
  } catch (error) {
    await release();
    throw error;
  }
}

/** Streams first: the server waits for what is open. */
async function closeAll(service: RunningService, release: () => Promise<void>): Promise<void> {
  await release();
  await service.close();
}
