import { streamNames } from '@latchkey/contracts';
import { NatsCalls } from '@latchkey/feed';
import { checkPostgres, renewUrl } from '@latchkey/postgres';
import { checkGatewayUrl, runService } from '@latchkey/service';
import { DataSource } from 'typeorm';
import { KeyEncryption } from './encryption/key-encryption.ts';
import { LocalKeyEncryption } from './encryption/local-key-encryption.ts';
import { gatewayInternalUrl, keysEnvSchema, readKeysEnv } from './env.ts';
import { startKeys } from './start.ts';

runService({
  name: 'keys',
  stream: streamNames.keys,
  schema: keysEnvSchema,
  readEnv: () => readKeysEnv(),
  checks: ({ DATABASE_URL: url, LATCHKEY_GATEWAY_URL: gatewayUrl, ...env }) => [
    ...(url === undefined ? [] : [(patienceMs: number) => checkPostgres({ url, patienceMs })]),
    ...(gatewayUrl === undefined ? [] : [() => checkGatewayUrl({ gatewayUrl, at: gatewayInternalUrl({ ...env, LATCHKEY_GATEWAY_URL: gatewayUrl }) })]),
  ],
  start: async (parts) => {
    const calls = await NatsCalls.connect({ servers: parts.natsUrl, name: 'keys calls', logger: parts.logger });
    const running = await startKeys({ ...parts, calls });
    parts.secrets.on('DATABASE_URL', (url: string) => renewUrl(running.app.get(DataSource), url));
    parts.secrets.on('LATCHKEY_MASTER_KEY', (masterKeys: Buffer[]) => {
      const encryption = running.app.get(KeyEncryption);
      if (encryption instanceof LocalKeyEncryption) encryption.replace(masterKeys);
    });
    const close = async (): Promise<void> => {
      await running.close();
      await calls.close();
    };
    return { ...running, close };
  },
});
