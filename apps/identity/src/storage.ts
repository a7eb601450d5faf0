import { Inject, Injectable, type OnApplicationShutdown, type Provider } from '@nestjs/common';
import type { Feed } from '@latchkey/feed';
import { FenceResponder, Relay } from '@latchkey/feed-writer';
import { connectPostgres } from '@latchkey/postgres';
import { createRedis, type Redis } from '@latchkey/ratelimit';
import type { Logger, Tracing } from '@latchkey/telemetry';
import { DataSource } from 'typeorm';
import { accountsEntities } from './accounts/providers.ts';
import { assertionsEntities } from './assertions/providers.ts';
import { auditEntities } from './audit/providers.ts';
import { consoleEntities } from './console/providers.ts';
import { domainsEntities } from './domains/providers.ts';
import { IDENTITY_ENV, REDIS, type IdentityEnv } from './env.ts';
import { federationEntities } from './federation/providers.ts';
import { identityProvidersEntities } from './identity-providers/providers.ts';
import { interactionsEntities } from './interactions/providers.ts';
import { invitationsEntities } from './invitations/providers.ts';
import { mailEntities } from './mail/providers.ts';
import { migrations } from './migrations/index.ts';
import { organizationsEntities } from './organizations/providers.ts';
import { policiesEntities } from './policies/providers.ts';
import { projectsEntities } from './projects/providers.ts';
import { engineEntities } from './provider/entities.ts';
import { secondFactorEntities } from './second-factor/providers.ts';
import { serversEntities } from './servers/providers.ts';
import { signInsEntities } from './sign-ins/providers.ts';
import { LOGGER } from './tokens.ts';

/** Every table that code reads through an entity. */
export const entities = [
  ...engineEntities,
  ...accountsEntities,
  ...assertionsEntities,
  ...organizationsEntities,
  ...policiesEntities,
  ...projectsEntities,
  ...invitationsEntities,
  ...domainsEntities,
  ...serversEntities,
  ...interactionsEntities,
  ...federationEntities,
  ...identityProvidersEntities,
  ...signInsEntities,
  ...secondFactorEntities,
  ...consoleEntities,
  ...auditEntities,
  ...mailEntities,
];

/** Ends what `storageProviders` began: who answers asks the relay, and the relay uses the connection. */
@Injectable()
class StorageShutdown implements OnApplicationShutdown {
  constructor(
    private readonly fenceResponder: FenceResponder,
    private readonly relay: Relay,
    private readonly dataSource: DataSource,
    @Inject(REDIS) private readonly redis: Redis | undefined,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    this.redis?.disconnect();
    await this.fenceResponder.stop();
    await this.relay.stop();
    await this.dataSource.destroy();
  }
}

/** Postgres with its migrations run, the relay that carries the outbox to the feed, and who answers the gateways' fences from it. */
export const storageProviders = (feed: Feed, tracing?: Tracing): Provider[] => [
  {
    provide: DataSource,
    useFactory: (env: IdentityEnv) => connectPostgres({ url: env.DATABASE_URL, schema: 'identity', entities, migrations, migrate: env.LATCHKEY_MIGRATE, poolSize: 20 }),
    inject: [IDENTITY_ENV],
  },
  {
    provide: Relay,
    useFactory: (dataSource: DataSource, logger: Logger) => new Relay({ dataSource, feed, writer: 'identity', logger, tracing }),
    inject: [DataSource, LOGGER],
  },
  {
    provide: FenceResponder,
    useFactory: (relay: Relay, logger: Logger) => new FenceResponder({ feed, writer: 'identity', relay, logger }),
    inject: [Relay, LOGGER],
  },
  {
    provide: REDIS,
    useFactory: (env: IdentityEnv, logger: Logger) => (env.REDIS_URL === undefined ? undefined : createRedis(env.REDIS_URL, logger)),
    inject: [IDENTITY_ENV, LOGGER],
  },
  StorageShutdown,
];
