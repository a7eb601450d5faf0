import { DirectoryInUseError } from '@latchkey/embedded-postgres';
import { EnvironmentError, PortInUseError } from '@latchkey/service';
import { readStandaloneEnv } from './env.ts';
import { startStandalone } from './start.ts';
import { welcome } from './welcome.ts';

/** Progress goes to standard error; what is to be read and pasted goes to standard output. */
function progress(source: Record<string, string | undefined>): (line: string) => void {
  // The wrapper that installed and built tells when it began, so that its lines and ours are one story.
  const beganAtMs = Number(source['LATCHKEY_BEGAN_AT_MS'] ?? performance.timeOrigin);
  return (line) => void process.stderr.write(`${((Date.now() - beganAtMs) / 1000).toFixed(1).padStart(6)} s  ${line}\n`);
}

function explain(error: unknown): string {
  if (error instanceof DirectoryInUseError) {
    return `Latchkey is already running on this data: ${error.message}\nStop that one, or set LATCHKEY_DATA_DIR to another directory.`;
  }
  if (error instanceof EnvironmentError || error instanceof PortInUseError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** The life of the process: start, say how to connect, run until told to stop, stop everything. */
export async function runStandalone(source: Record<string, string | undefined>): Promise<void> {
  const say = progress(source);
  const abort = new AbortController();
  const told = new Promise<void>((resolve) => abort.signal.addEventListener('abort', () => resolve(), { once: true }));
  // Every further signal finds the stop already under way, and changes nothing.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => abort.abort());
  // A terminal that is gone cannot be written to; that is no reason to leave a database behind.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => abort.abort());
  try {
    const system = await startStandalone({ env: readStandaloneEnv(source), source, say, signal: abort.signal });
    say('ready');
    process.stdout.write(welcome(system));
    const reason = await Promise.race([told.then(() => 'told' as const), system.databaseEnded.then(() => 'database' as const)]);
    if (reason === 'database') process.stderr.write('\nThe embedded Postgres has ended; stopping.\n');
    else say('stopping …');
    await system.stop();
    if (reason === 'told') say('stopped; the data stay where they are');
    process.exit(reason === 'told' ? 0 : 1);
  } catch (error) {
    if (abort.signal.aborted) process.exit(0);
    process.stderr.write(`\n${explain(error)}\n`);
    process.exit(1);
  }
}
