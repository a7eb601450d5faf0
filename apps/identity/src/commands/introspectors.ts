import 'reflect-metadata';
import { openPostgres } from '@latchkey/postgres';
import { commandOptions, envOf, runCommand, say, UsageError } from '@latchkey/service';
import { identityEnvSchema } from '../env.ts';
import { addIntrospector, listIntrospectors, removeIntrospector } from '../operate/introspectors.ts';
import { entities } from '../storage.ts';

const usage = `npm run introspectors -- --list | --add <name> | --remove <client id>

Resource servers of your own that may ask /oauth/introspect about tokens. Works on the database of DATABASE_URL, while the service runs; see
docs/agent-tokens.md.
--list              those that there are
--add <name>        one more; its id and secret are printed once, and the secret is kept nowhere
--remove <id>       none any more: it is answered from the next request on as every other client is`;

function readArguments(): { list?: boolean; add?: string; remove?: string } {
  const wanted = commandOptions({ list: { type: 'boolean' }, add: { type: 'string' }, remove: { type: 'string' } }, usage);
  if (Object.keys(wanted).length === 1) return wanted;
  throw new UsageError(usage);
}

runCommand(async () => {
  const wanted = readArguments();
  const env = envOf(identityEnvSchema.pick({ DATABASE_URL: true }));
  // No migrations: what runs decides which schema there is.
  const dataSource = await openPostgres({ url: env.DATABASE_URL, schema: 'identity', entities, migrations: [] });
  try {
    if (wanted.add !== undefined) say(await addIntrospector(dataSource, wanted.add));
    if (wanted.remove !== undefined) say(await removeIntrospector(dataSource, wanted.remove));
    if (wanted.list === true) for (const one of await listIntrospectors(dataSource)) say(one);
    return 0;
  } finally {
    await dataSource.destroy();
  }
});
