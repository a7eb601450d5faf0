import { join } from 'node:path';
import { startEmbeddedPostgres } from '@latchkey/embedded-postgres';
import type { StandaloneEnv } from './env.ts';

export interface Database {
  url: string;
  /** Resolves if the embedded server ends; never for an external one. */
  ended: Promise<void>;
  stop(): Promise<void>;
}

export async function openDatabase(env: StandaloneEnv, say: (line: string) => void): Promise<Database> {
  if (env.DATABASE_URL !== undefined) return { url: env.DATABASE_URL, ended: new Promise(() => undefined), stop: () => Promise.resolve() };
  say('starting Postgres …');
  return startEmbeddedPostgres({ dataDir: join(env.LATCHKEY_DATA_DIR, 'postgres'), onProgress: say });
}
