import { FenceResponder, Relay } from '@latchkey/feed-writer';
import { managementPort, startWriter, type RunningWriter } from '@latchkey/service';
import { DataSource } from 'typeorm';
import { KeysModule, type KeysOptions } from './app.module.ts';
import { keysGauges } from './metrics/keys-gauges.ts';
import { hooksHandler, isHookPath } from './webhooks/receiving/hooks-handler.ts';
import { ReceiveHook } from './webhooks/receiving/receive-hook.ts';

/** Starts the key service; resolves once it listens and its outbox is on its way to the feed. */
export async function startKeys(options: KeysOptions): Promise<RunningWriter> {
  return startWriter({
    name: 'keys',
    module: KeysModule.register(options),
    host: options.env.HOST,
    port: options.env.PORT,
    portVariable: 'PORT',
    managementPort: managementPort(options.env),
    database: (app) => app.get(DataSource),
    foreignRoute: (path) => (isHookPath(path) ? '/v1/hooks/:id' : 'none'),
    gauges: keysGauges,
    tracksRequests: true,
    tracing: options.tracing,
    keepsRawBody: true,
    logger: options.logger,
    rawHandler: (app) => hooksHandler(app.get(ReceiveHook), options.logger),
    configure: async (app) => {
      await app.get(Relay).start();
      await app.get(FenceResponder).start();
    },
    // The feed may be away: keys are minted and revoked all the same, and the gateways know how old their state is.
    checkReady: async (app) => {
      await app.get(DataSource).query('SELECT 1').catch((cause: unknown) => {
        throw new Error('Postgres does not answer', { cause });
      });
    },
  });
}
