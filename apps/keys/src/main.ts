import { streamNames } from '@latchkey/contracts';
import { NatsCalls } from '@latchkey/feed';
import { checkPostgres } from '@latchkey/postgres';
import { checkGatewayUrl, runService } from '@latchkey/service';
import { gatewayInternalUrl, readKeysEnv } from './env.ts';
import { startKeys } from './start.ts';

runService({
  name: 'keys',
  stream: streamNames.keys,
  readEnv: () => readKeysEnv(),
  checks: ({ DATABASE_URL: url, LATCHKEY_GATEWAY_URL: gatewayUrl, ...env }) => [
    ...(url === undefined ? [] : [(patienceMs: number) => checkPostgres({ url, patienceMs })]),
    ...(gatewayUrl === undefined ? [] : [() => checkGatewayUrl({ gatewayUrl, at: gatewayInternalUrl({ ...env, LATCHKEY_GATEWAY_URL: gatewayUrl }) })]),
  ],
  start: async (parts) => {
    const calls = await NatsCalls.connect({ servers: parts.env.NATS_URL ?? '', name: 'keys calls', logger: parts.logger });
    const running = await startKeys({ ...parts, calls });
    const close = async (): Promise<void> => {
      await running.close();
      await calls.close();
    };
    return { ...running, close };
  },
});
