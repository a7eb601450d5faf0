import { createHash, randomBytes } from 'node:crypto';
import { InProcessFeed } from '@latchkey/feed';
import { hashPassword, readIdentityEnv, startIdentity, type RunningIdentity } from '@latchkey/identity';
import { createLogger } from '@latchkey/telemetry';
import { DataSource } from 'typeorm';
import { asManyAsPossible } from '../http-load.ts';
import { answerCalls } from './calls.ts';
import { costOf, type Cost } from './cost.ts';
import { gatewayUrl } from './gateway-identity.ts';

export interface IdentityPlace {
  issuer: string;
  resource: string;
  machine: { id: string; secret: string };
  webClient: { id: string; redirectUri: string };
  /** Each with the same password; the first one belongs to the organization. */
  users: { email: string; password: string }[];
}

const user = { email: 'admin@bench.example', password: 'correct horse battery staple' };
const redirectUri = 'https://app.example/callback';
let identity: RunningIdentity | undefined;

/** The clients that the measured flows need, written as the management API writes them. */
async function seedClients(dataSource: DataSource, resource: string): Promise<Pick<IdentityPlace, 'machine' | 'webClient'>> {
  const secret = randomBytes(32).toString('base64url');
  const machine = {
    client_id: 'svc-bench', client_name: 'Machine', redirect_uris: [], response_types: [], application_type: 'web', grant_types: ['client_credentials'],
    token_endpoint_auth_method: 'client_secret_basic',
  };
  await dataSource.query(
    `INSERT INTO clients (id, origin, metadata, secret_hash, org, privileged, scopes, resources, machine)
     VALUES ('svc-bench', 'registered', $1, $2, 'acme', true, '{mcp:read,mcp:execute}', $3, '{"role": "member", "projects": {"prod": "contributor"}}')`,
    [JSON.stringify(machine), createHash('sha256').update(secret).digest(), [resource]],
  );
  const web = {
    client_id: 'app-bench', client_name: 'Web', redirect_uris: [redirectUri], response_types: ['code'], application_type: 'web',
    grant_types: ['authorization_code', 'refresh_token'], token_endpoint_auth_method: 'none',
  };
  await dataSource.query("INSERT INTO clients (id, origin, metadata) VALUES ('app-bench', 'dynamic', $1)", [JSON.stringify(web)]);
  return { machine: { id: 'svc-bench', secret }, webClient: { id: 'app-bench', redirectUri } };
}

const calls = {
  /** @param port  a free one: who finds it loads the servers of tests, which this process is not to carry along */
  start: async ({ databaseUrl, redisUrl, port, people }: { databaseUrl: string; redisUrl: string; port: number; people: number }): Promise<IdentityPlace> => {
    const issuer = `http://127.0.0.1:${port}`;
    const env = readIdentityEnv({
      HOST: '127.0.0.1', PORT: String(port), LATCHKEY_MANAGEMENT_PORT: '0', LATCHKEY_ISSUER: issuer, LATCHKEY_GATEWAY_URL: gatewayUrl, DATABASE_URL: databaseUrl, REDIS_URL: redisUrl,
      LATCHKEY_MASTER_KEY: randomBytes(32).toString('base64'),
    });
    identity = await startIdentity({ env, feed: new InProcessFeed(), logger: createLogger('identity', 'warn') });
    await identity.seed.admin({ ...user, org: 'acme', project: 'prod' });
    await identity.seed.server({ org: 'acme', project: 'prod', slug: 'demo', name: 'Demo', url: 'http://127.0.0.1:9/mcp' });
    const resource = `${gatewayUrl}/mcp/demo`;
    const dataSource = identity.app.get(DataSource);
    const others = Array.from({ length: people - 1 }, (_, at) => ({ ...user, email: `person-${at}@bench.example` }));
    await dataSource.query(
      `INSERT INTO users (id, email, name, password_hash, email_verified)
       SELECT gen_random_uuid(), other, other, password_hash, true FROM users, unnest($1::text[]) AS other WHERE email = $2`,
      [others.map(({ email }) => email), user.email],
    );
    return { issuer, resource, users: [user, ...others], ...(await seedClients(dataSource, resource)) };
  },
  /** Nothing but the hash that a sign-in needs, as many at once as requests would bring. */
  hash: async ({ seconds, atOnce }: { seconds: number; atOnce: number }): Promise<{ perSecond: number; perCpuSecond: number }> => {
    const before = costOf(process).cpuMs;
    const { perSecond, operations } = await asManyAsPossible(atOnce, seconds, async () => void (await hashPassword(user.password)));
    return { perSecond, perCpuSecond: operations / ((costOf(process).cpuMs - before) / 1000) };
  },
  cost: (): Cost => costOf(process),
};
export type IdentityServerCalls = typeof calls;

answerCalls(calls, async () => identity?.close());
