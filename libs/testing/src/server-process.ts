import { spawn } from 'node:child_process';
import { mkdtempSync, openSync, closeSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.ts';
import { guard } from './guard.ts';

/** A real server under the test's hand. */
export interface ServerProcess {
  pid: number;
  /** Gone when the server is stopped. */
  directory: string;
  stop(): Promise<void>;
  /** As a crash would: no goodbye, and what it had stored stays for a successor. */
  kill(): Promise<void>;
  /** Still there, its connections open, and it answers nothing. */
  freeze(): void;
  resume(): void;
}

export interface ServerProcessOptions {
  program: string;
  args: (directory: string) => readonly string[];
  /** Beside what this process has. */
  env?: Record<string, string>;
  /** Throws while the server does not answer yet. */
  ready: (server: { pid: number; directory: string }) => Promise<void> | void;
}

export async function startServerProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  const directory = mkdtempSync(join(tmpdir(), 'latchkey-test-'));
  const logFile = join(directory, 'log');
  const log = openSync(logFile, 'a');
  const child = spawn(options.program, options.args(directory), { stdio: ['ignore', log, log], detached: true, env: { ...process.env, ...options.env } });
  closeSync(log);
  let running = true;
  const ended = new Promise<void>((resolve) => {
    const end = (): void => {
      running = false;
      resolve();
    };
    child.once('error', end);
    child.once('exit', end);
  });
  const pid = child.pid;
  if (pid === undefined) throw new Error(`${options.program} cannot be started.`);
  let dismiss = guard(pid, 'KILL', directory);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.ref();
    child.kill('SIGCONT');
    child.kill(signal);
    const late = setTimeout(() => child.kill('SIGKILL'), 5000);
    await ended;
    clearTimeout(late);
  };
  const stop = async (): Promise<void> => {
    if (running) await end('SIGTERM');
    dismiss();
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await eventually(
      async () => {
        if (running) await options.ready({ pid, directory });
      },
      { timeoutMs: 10_000 },
    );
    if (!running) throw new Error('it ended at once');
  } catch (error) {
    const words = readFileSync(logFile, 'utf8').slice(-2000);
    await stop();
    throw new Error(`${options.program} does not start: ${error instanceof Error ? error.message : String(error)}\n${words}`);
  }
  child.unref();
  return {
    pid,
    directory,
    stop,
    kill: async () => {
      if (running) await end('SIGKILL');
      // The number may soon be another process's; what is stored stays until we end.
      dismiss();
      dismiss = guard(undefined, 'KILL', directory);
    },
    freeze: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
  };
}
