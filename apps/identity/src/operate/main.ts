import { EnvironmentError } from '@latchkey/service';
import { Problem } from '@latchkey/problem';
import { operateUsers } from './users.ts';

try {
  process.stdout.write(await operateUsers(process.argv.slice(2), process.env));
} catch (error) {
  if (!(error instanceof Problem) && !(error instanceof EnvironmentError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
