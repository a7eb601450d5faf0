import 'reflect-metadata';
import { announceRestoreOf } from '@latchkey/feed-writer';
import { envOf, runCommand, say, UsageError } from '@latchkey/service';
import { identityEnvSchema } from '../env.ts';

const usage = `npm run restored:identity

To be run once after the database of DATABASE_URL was restored from a backup, with NATS_URL as the service has it: tells every gateway to forget what only
the lost time knew, and to believe what the database says now. Prints what was forgotten ("forgotten"), and what had been revoked or ended since the backup and is
alive again ("revived"): end that anew. See docs/backup.md.`;

runCommand(async () => {
  if (process.argv.length > 2) throw new UsageError(usage);
  const env = envOf(identityEnvSchema.pick({ DATABASE_URL: true, NATS_URL: true }).required());
  say({ feed: 'identity', ...(await announceRestoreOf('identity', { databaseUrl: env.DATABASE_URL, natsUrl: env.NATS_URL })) });
  return 0;
});
