import { mkdtempSync, chmodSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '@latchkey/embedded-postgres';
import { guard } from './guard.ts';

export interface TestPostgres {
  url: string;
  pid: number;
  stop(): Promise<void>;
}

export interface PostgresOptions {
  /** Whether a commit waits for the disk, as in production. Without it a crash of the server is still survived, one of the machine not. */
  durable?: boolean;
}

/** Starts a Postgres of its own in a temporary directory. */
export async function startPostgres({ durable = false }: PostgresOptions = {}): Promise<TestPostgres> {
  const directory = mkdtempSync(join(tmpdir(), 'latchkey-test-'));
  // As root the server runs under another account, which has to pass through.
  chmodSync(directory, 0o711);
  const server = await startEmbeddedPostgres({ dataDir: join(directory, 'postgres'), durable, settings: { max_connections: '300' } });
  const dismiss = guard(server.pid, 'QUIT', directory);
  return {
    url: server.url,
    pid: server.pid,
    stop: async () => {
      await server.stop();
      dismiss();
      rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
