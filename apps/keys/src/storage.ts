import { Injectable, type OnApplicationShutdown, type Provider } from '@nestjs/common';
import type { Feed } from '@latchkey/feed';
import { FenceResponder, Relay } from '@latchkey/feed-writer';
import { connectPostgres } from '@latchkey/postgres';
import type { Logger, Tracing } from '@latchkey/telemetry';
import { DataSource } from 'typeorm';
import type { KeysEnv } from './env.ts';
import { migrations } from './migrations/index.ts';
import { auditEntities } from './audit/providers.ts';
import { connectionEntities } from './connections/providers.ts';
import { endUserEntities } from './end-users/providers.ts';
import { personalAccessTokenEntities } from './personal-access-tokens/providers.ts';
import { usageEntities } from './usage/providers.ts';
import { KEYS_ENV, LOGGER } from './tokens.ts';
import { webhookEntities } from './webhooks/providers.ts';

/** Every table that code reads through an entity. */
export const entities = [...personalAccessTokenEntities, ...webhookEntities, ...auditEntities, ...usageEntities, ...connectionEntities, ...endUserEntities];

/** Ends what `storageProviders` began: who answers asks the relay, and the relay uses the connection. */
@Injectable()
class StorageShutdown implements OnApplicationShutdown {
  constructor(
    private readonly fenceResponder: FenceResponder,
    private readonly relay: Relay,
    private readonly dataSource: DataSource,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await this.fenceResponder.stop();
    await this.relay.stop();
    await this.dataSource.destroy();
  }
}

/** Postgres with its migrations run, the relay that carries the outbox to the feed, and who answers the gateways' fences from it. */
export const storageProviders = (feed: Feed, tracing?: Tracing): Provider[] => [
  {
    provide: DataSource,
    useFactory: (env: KeysEnv) => connectPostgres({ url: env.DATABASE_URL, schema: 'keys', entities, migrations, migrate: env.LATCHKEY_MIGRATE }),
    inject: [KEYS_ENV],
  },
  {
    provide: Relay,
    useFactory: (dataSource: DataSource, logger: Logger) => new Relay({ dataSource, feed, writer: 'keys', logger, tracing }),
    inject: [DataSource, LOGGER],
  },
  {
    provide: FenceResponder,
    useFactory: (relay: Relay, logger: Logger) => new FenceResponder({ feed, writer: 'keys', relay, logger }),
    inject: [Relay, LOGGER],
  },
  StorageShutdown,
];
