import { setTimeout as sleep } from 'node:timers/promises';
import type { FeedRecord, PatRecord } from '@latchkey/contracts';
import { NatsFeed } from '@latchkey/feed';
import { FenceResponder, Relay, stage } from '@latchkey/feed-writer';
import { readKeysEnv, startKeys } from '@latchkey/keys';
import { createLogger } from '@latchkey/telemetry';
import pg from 'pg';
import { DataSource, type EntityManager } from 'typeorm';
import { answerCalls } from './calls.ts';
import { machineMs } from './clock.ts';
import { gatewayUrl, keysUrl } from './gateway-identity.ts';
import { outboxOf } from './outbox.ts';

export interface WriterOptions {
  databaseUrl: string;
  natsUrl: string;
  jwksUrl: string;
  /** Whether a second writer runs beside it, which has nothing but an outbox, in the place of identity. */
  withIdentity?: boolean;
}

let statements = 0;
const { query } = pg.Client.prototype;
pg.Client.prototype.query = function (this: pg.Client, ...args: never[]): unknown {
  statements += 1;
  return Reflect.apply(query, this, args);
} as typeof query;

const logger = createLogger('writer', 'warn');
let sources: Partial<Record<'identity' | 'keys', DataSource>> = {};
let close = (): Promise<void> => Promise.resolve();

function sourceOf(writer: 'identity' | 'keys'): DataSource {
  const source = sources[writer];
  if (source === undefined) throw new Error(`There is no writer ${writer} here`);
  return source;
}

async function insertPat(manager: EntityManager, record: PatRecord): Promise<void> {
  await manager.query(
    `INSERT INTO personal_access_tokens (id, hash, prefix, name, org, owner, scopes, projects, grants, tools, created_at)
     VALUES ($1, $2, $3, 'a key', $4, $5, $6, $7, $8, $9, to_timestamp($10))`,
    [record.id, Buffer.from(record.hash, 'base64url'), `lk_pat_${record.id}`, record.org, record.owner, record.scopes,
      record.projects, record.grants === null ? null : JSON.stringify(record.grants), record.tools, record.mintedAt],
  );
}

async function startIdentityOutbox(databaseUrl: string, natsUrl: string): Promise<{ dataSource: DataSource; stop(): Promise<void> }> {
  const feed = await NatsFeed.connect({ servers: natsUrl, name: 'identity', logger });
  const dataSource = await outboxOf(databaseUrl, 'identity');
  const relay = new Relay({ dataSource, feed, writer: 'identity', logger });
  await relay.start();
  const fences = new FenceResponder({ feed, writer: 'identity', relay, logger });
  await fences.start();
  const stop = async (): Promise<void> => {
    await fences.stop();
    await relay.stop();
    await dataSource.destroy();
    await feed.close();
  };
  return { dataSource, stop };
}

/** The keys service as it runs. */
const calls = {
  /** @returns the port of the keys service */
  start: async ({ databaseUrl, natsUrl, jwksUrl, withIdentity = false }: WriterOptions): Promise<number> => {
    const feed = await NatsFeed.connect({ servers: natsUrl, name: 'keys', logger });
    const env = readKeysEnv({
      HOST: '127.0.0.1', PORT: '0', DATABASE_URL: databaseUrl, LATCHKEY_KEYS_URL: keysUrl, LATCHKEY_GATEWAY_URL: gatewayUrl,
      LATCHKEY_GATEWAY_JWKS_URL: jwksUrl, LATCHKEY_LOG_LEVEL: 'warn', LATCHKEY_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
    });
    const service = await startKeys({ env, feed, logger });
    const identity = withIdentity ? await startIdentityOutbox(databaseUrl, natsUrl) : undefined;
    sources = { keys: service.app.get(DataSource), ...(identity === undefined ? {} : { identity: identity.dataSource }) };
    close = async () => {
      await identity?.stop();
      await service.close();
      await feed.close();
    };
    return service.port;
  },
  /** Makes keys that the service knows, and tells the feed. */
  mint: async (records: PatRecord[]): Promise<void> => {
    const source = sourceOf('keys');
    for (let at = 0; at < records.length; at += 500) {
      await source.transaction(async (manager) => {
        for (const record of records.slice(at, at + 500)) {
          await insertPat(manager, record);
          await stage(manager, record);
        }
      });
    }
  },
  /**
   * Commits each record in a transaction of its own, with a pause after each, and leaves it to the relay to notice.
   * @param told  how the relay is told: by the process itself, as a revocation tells it, or by NOTIFY, as one that another process committed
   * @returns when each transaction was resolved, by the machine's clock
   */
  commit: async (writer: 'identity' | 'keys', records: FeedRecord[], pauseMs: number, told: 'itself' | 'notify' = 'itself'): Promise<number[]> => {
    const source = sourceOf(writer);
    const times: number[] = [];
    for (const record of records) {
      const work = (manager: EntityManager): Promise<number> => stage(manager, record);
      // The mapper's own transaction says nothing to the relay of this process, so that it hears of it as of another's.
      await (told === 'itself' ? source.transaction(work) : source.manager.transaction(work));
      times.push(machineMs());
      if (pauseMs > 0) await sleep(pauseMs * (0.5 + Math.random()));
    }
    return times;
  },
  /** Statements that this process has sent to Postgres. */
  statements: (): number => statements,
  /** Microseconds of CPU that this process has used. */
  cpu: (): number => {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
};
export type WriterCalls = typeof calls;

answerCalls(calls, () => close());
