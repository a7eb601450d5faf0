import { streamNames } from '@latchkey/contracts';
import { checkNats } from '@latchkey/feed';
import { checkPostgres } from '@latchkey/postgres';
import { EnvironmentError, problemsAtStart, type StartCheck } from '@latchkey/service';
import type { StandaloneEnv } from './env.ts';

/** @throws EnvironmentError with everything that is wrong with servers of somebody else's, where there are any, before something is started */
export async function checkServers({ DATABASE_URL: url, NATS_URL: servers }: StandaloneEnv): Promise<void> {
  const checks: StartCheck[] = [
    ...(url === undefined ? [] : [(patienceMs: number) => checkPostgres({ url, patienceMs })]),
    ...(servers === undefined ? [] : [(patienceMs: number) => checkNats({ servers, stream: streamNames.identity, patienceMs })]),
  ];
  const problems = await problemsAtStart([], checks);
  if (problems.length > 0) throw new EnvironmentError(problems);
}
