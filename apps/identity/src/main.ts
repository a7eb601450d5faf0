import { streamNames } from '@latchkey/contracts';
import { checkPostgres, renewUrl } from '@latchkey/postgres';
import { runService } from '@latchkey/service';
import { DataSource } from 'typeorm';
import { identityEnvSchema, readIdentityEnv } from './env.ts';
import { MasterKey } from './keys/master-key.ts';
import { startIdentity } from './start.ts';

runService({
  name: 'identity',
  stream: streamNames.identity,
  schema: identityEnvSchema,
  readEnv: () => readIdentityEnv(),
  checks: ({ DATABASE_URL: url }) => (url === undefined ? [] : [(patienceMs) => checkPostgres({ url, patienceMs })]),
  start: async (parts) => {
    const service = await startIdentity(parts);
    parts.secrets.on('DATABASE_URL', (url: string) => renewUrl(service.app.get(DataSource), url));
    parts.secrets.on('LATCHKEY_MASTER_KEY', (keys: Buffer[]) => service.app.get(MasterKey).replace(keys));
    const { LATCHKEY_ADMIN_EMAIL: email, LATCHKEY_ADMIN_PASSWORD: password } = parts.env;
    if (email !== undefined && password !== undefined) {
      // Without a first user nobody could ever sign in; once anybody has an account, this does nothing.
      const created = await service.seed.admin({ email, password, org: 'default', project: 'default' });
      parts.logger.info({ created }, 'first administrator');
    }
    return service;
  },
});
