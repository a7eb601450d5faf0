import { FenceResponder, Relay } from '@latchkey/feed-writer';
import { managementPort, startWriter, type RunningWriter } from '@latchkey/service';
import { DataSource } from 'typeorm';
import { IdentityModule, type IdentityOptions } from './app.module.ts';
import { identityGauges } from './metrics/identity-gauges.ts';
import { TokenMetrics } from './metrics/token-metrics.ts';
import { interactiveFloorSeconds } from './policies/granted-policies.ts';
import { engineHandler } from './provider/engine-handler.ts';
import { routeTemplate } from './provider/routes.ts';
import { seedOf, type Seed } from './seed/seed.ts';

export interface RunningIdentity extends RunningWriter {
  /** What a first start needs to have something to sign in with. */
  seed: Seed;
}

/** Starts the identity service; resolves once it listens and its keys and outbox are on their way to the feed. */
export async function startIdentity(options: IdentityOptions): Promise<RunningIdentity> {
  const { env, logger } = options;
  if (env.LATCHKEY_ACCESS_TOKEN_TTL_SECONDS < interactiveFloorSeconds) {
    logger.warn({ seconds: env.LATCHKEY_ACCESS_TOKEN_TTL_SECONDS }, `LATCHKEY_ACCESS_TOKEN_TTL_SECONDS is below ${interactiveFloorSeconds}: some programs will ask for a token at every use`);
  }
  const service = await startWriter({
    name: 'identity',
    module: IdentityModule.register(options),
    host: env.HOST,
    port: env.PORT,
    portVariable: 'PORT',
    managementPort: managementPort(env),
    database: (app) => app.get(DataSource),
    foreignRoute: routeTemplate,
    gauges: identityGauges,
    show: (registry, app) => registry.registerMetric(app.get(TokenMetrics).requests),
    tracksRequests: true,
    tracing: options.tracing,
    proxies: env.LATCHKEY_TRUSTED_PROXIES,
    logger,
    rawHandler: engineHandler,
    checkReady: async (app) => {
      await app.get(DataSource).query('SELECT 1');
    },
    configure: async (app) => {
      await app.get(Relay).start();
      await app.get(FenceResponder).start();
    },
  });
  return { ...service, seed: seedOf(service.app) };
}
