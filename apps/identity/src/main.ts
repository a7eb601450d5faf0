import { streamNames } from '@latchkey/contracts';
import { checkPostgres } from '@latchkey/postgres';
import { runService } from '@latchkey/service';
import { readIdentityEnv } from './env.ts';
import { startIdentity } from './start.ts';

runService({
  name: 'identity',
  stream: streamNames.identity,
  readEnv: () => readIdentityEnv(),
  checks: ({ DATABASE_URL: url }) => (url === undefined ? [] : [(patienceMs) => checkPostgres({ url, patienceMs })]),
  start: async (parts) => {
    const service = await startIdentity(parts);
    const { LATCHKEY_ADMIN_EMAIL: email, LATCHKEY_ADMIN_PASSWORD: password } = parts.env;
    if (email !== undefined && password !== undefined) {
      // Without a first user nobody could ever sign in; once anybody has an account, this does nothing.
      const created = await service.seed.admin({ email, password, org: 'default', project: 'default' });
      parts.logger.info({ created }, 'first administrator');
    }
    return service;
  },
});
