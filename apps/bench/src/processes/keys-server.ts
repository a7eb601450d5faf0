import { InProcessFeed } from '@latchkey/feed';
import { readKeysEnv, startKeys } from '@latchkey/keys';
import { createLogger } from '@latchkey/telemetry';
import { DataSource } from 'typeorm';
import { answerCalls } from './calls.ts';
import { costOf, type Cost } from './cost.ts';
import { gatewayUrl, keysUrl } from './gateway-identity.ts';

let service: Awaited<ReturnType<typeof startKeys>> | undefined;

const insertKeys = `
  INSERT INTO personal_access_tokens (id, hash, prefix, name, org, owner, scopes, created_at, expires_at)
  SELECT lpad(n::text, 8, '0'), sha256(convert_to(n::text, 'UTF8')), 'lk_pat_' || lpad(n::text, 8, '0'), 'key ' || n, 'crowd', 'owner-' || n % 10000,
    '{mcp:read}', now() - n * interval '1 second', CASE WHEN n % 2 = 0 THEN now() + n * interval '1 minute' END
  FROM generate_series($1::integer, $2::integer) AS n`;

/** The key service as it runs, with somebody in the place of identity who says yes of every owner. */
const calls = {
  start: async ({ databaseUrl, jwksUrl }: { databaseUrl: string; jwksUrl: string }): Promise<number> => {
    const feed = new InProcessFeed();
    await feed.answer('ask.identity', (question) => {
      if ('server' in (question as object)) return Promise.resolve({ server: { org: 'acme', project: 'prod', url: 'http://127.0.0.1:9/mcp' }, connectUrl: 'http://localhost/connect/' });
      if ('epochs' in (question as object)) return Promise.resolve({ epochs: [] });
      const { org } = question as { org: string };
      return Promise.resolve({ active: true, membership: { org, role: 'owner', projects: {}, epoch: null } });
    });
    const env = readKeysEnv({
      HOST: '127.0.0.1', PORT: '0', DATABASE_URL: databaseUrl, LATCHKEY_KEYS_URL: keysUrl, LATCHKEY_GATEWAY_URL: gatewayUrl,
      LATCHKEY_GATEWAY_JWKS_URL: jwksUrl, LATCHKEY_LOG_LEVEL: 'warn', LATCHKEY_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'), LATCHKEY_ALLOW_PRIVATE_UPSTREAMS: 'true',
    });
    service = await startKeys({ env, feed, logger: createLogger('keys', 'warn') });
    return service.port;
  },
  /** Fills the table with keys of one organization and many owners; the feed is not told of them. */
  populate: async (count: number): Promise<void> => {
    const source = service?.app.get(DataSource);
    // In pieces: no statement of the service may take long.
    for (let from = 1; from <= count; from += 20_000) {
      await source?.query(insertKeys, [from, Math.min(count, from + 19_999)]);
    }
    // As if they had been there for a while: what a million new rows leave to be cleaned up is not what a list costs.
    await source?.query('VACUUM (ANALYZE) personal_access_tokens');
    await source?.query('CHECKPOINT');
  },
  /** Has one event each sent to an endpoint, all of them due at once. */
  tell: async (endpoint: string, org: string, count: number): Promise<void> => {
    await service?.app.get(DataSource).query(
      `WITH event AS (
         INSERT INTO webhook_events (id, org, type, body, created_at)
         SELECT 'evt_' || gen_random_uuid(), $2, 'key.minted', json_build_object('type', 'key.minted', 'n', n, 'data', repeat('x', 500))::text, now() FROM generate_series(1, $3::integer) AS n
         RETURNING id)
       INSERT INTO webhook_deliveries (id, endpoint_id, event_id, created_at) SELECT gen_random_uuid(), $1, id, now() FROM event`,
      [endpoint, org, count],
    );
  },
  cost: (): Cost => costOf(process),
};
export type KeysServerCalls = typeof calls;

answerCalls(calls, async () => service?.close());
