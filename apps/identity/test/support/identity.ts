import { randomBytes } from 'node:crypto';
import { InProcessFeed, type AuditTrail, type DeliveredMessage } from '@latchkey/feed';
import { createLogger } from '@latchkey/telemetry';
import { freePort, freshDatabase, type TestDatabase } from '@latchkey/testing';
import { DataSource } from 'typeorm';
import type { OutboundFetch } from '@latchkey/outbound';
import { readIdentityEnv } from '../../src/env.ts';
import { startIdentity, type RunningIdentity } from '../../src/start.ts';
import { migrated } from './migrated.ts';

export const gateway = 'http://gate.test';
export const demo = `${gateway}/mcp/demo`;
export const admin = { email: 'admin@example.com', password: 'correct horse battery', org: 'acme', project: 'prod' };

export interface TestIdentity {
  issuer: string;
  running: RunningIdentity;
  database: TestDatabase;
  feed: InProcessFeed;
  dataSource: DataSource;
  variables: Record<string, string>;
  /** Everything published by identity so far, in order. */
  published: DeliveredMessage[];
  /** Lines written by the service. */
  log: string[];
  stop(): Promise<void>;
}

export interface TestIdentityOptions {
  variables?: Record<string, string>;
  outbound?: OutboundFetch;
  trail?: AuditTrail;
  /** Starts again on what another one left. */
  after?: TestIdentity;
  /** Runs beside another one, as a replica of it. */
  beside?: TestIdentity;
}

/** A real identity service on a database of its own, with an admin and a demo server. */
export async function startTestIdentity({ variables = {}, outbound, trail, beside, after = beside }: TestIdentityOptions = {}): Promise<TestIdentity> {
  const database = after?.database ?? (await freshDatabase(migrated));
  const port = after === undefined ? await freePort() : Number(new URL(after.issuer).port);
  const issuer = `http://localhost:${port}`;
  const all = {
    HOST: '127.0.0.1',
    PORT: String(port),
    LATCHKEY_MANAGEMENT_PORT: '0',
    LATCHKEY_ISSUER: issuer,
    LATCHKEY_GATEWAY_URL: gateway,
    DATABASE_URL: database.url,
    LATCHKEY_MASTER_KEY: randomBytes(32).toString('base64'),
    ...after?.variables,
    ...(beside === undefined ? {} : { PORT: '0' }),
    ...variables,
  };
  const feed = beside?.feed ?? new InProcessFeed();
  const published: DeliveredMessage[] = [];
  const log: string[] = [];
  const logger = createLogger('identity', 'debug', { write: (line) => void log.push(line) });
  const running = await startIdentity({ env: readIdentityEnv(all), feed, logger, outbound, trail });
  await feed.follow('identity', null, { onMessage: (message) => void published.push(message) });
  await running.seed.admin(admin);
  await running.seed.server({ org: admin.org, project: admin.project, slug: 'demo', name: 'Demo', url: 'http://127.0.0.1:9/mcp' });
  return { issuer, running, database, feed, dataSource: running.app.get(DataSource), variables: all, published, log, stop: () => running.close() };
}
