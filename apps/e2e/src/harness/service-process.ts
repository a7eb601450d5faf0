import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '@latchkey/testing';
import { compileCache, node, repository } from './repository.ts';

export interface ServiceProcess {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  isRunning(): boolean;
  /** SIGTERM, as an orchestrator does it. @returns the exit code, or the signal's name when it had to be killed */
  stop(): Promise<number | string>;
  /** As a crash would */
  kill(): Promise<number | string>;
}

export interface ServiceOptions {
  name: string;
  /** Relative to the repository */
  script: string;
  args?: readonly string[];
  env: Record<string, string>;
  /** Its output is kept here, for the failure that nobody can repeat. */
  logDir: string;
  /** Throws, or returns false, until the service answers. */
  ready: () => Promise<boolean>;
  timeoutMs?: number;
}

/** Ends the process when ours ends, however that comes: the shell waits on a pipe that only we hold open. */
function endWithUs(pid: number): () => void {
  const script = 'cat > /dev/null; kill -TERM "$1" 2> /dev/null; sleep 5; kill -KILL "$1" 2> /dev/null';
  const shell = spawn('/bin/sh', ['-c', script, 'end-with-us', String(pid)], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  shell.unref();
  (shell.stdin as typeof shell.stdin & { unref(): void }).unref();
  return () => void shell.kill('SIGKILL');
}

/** Only these of our own variables reach a service: a test run must not depend on what its shell happens to hold. */
const inherited = () => Object.fromEntries(['PATH', 'HOME', 'LANG', 'TMPDIR'].map((name) => [name, process.env[name] ?? '']).filter(([, value]) => value !== ''));

/** Starts a built program and waits until it answers. */
export async function startServiceProcess(options: ServiceOptions): Promise<ServiceProcess> {
  const { name, script, args = [], env, logDir, ready, timeoutMs = 90_000 } = options;
  const logFile = join(logDir, `${name}.log`);
  const log = openSync(logFile, 'a');
  const child = spawn(node, [join(repository, script), ...args], {
    cwd: repository, env: { ...inherited(), ...compileCache, NODE_ENV: 'test', LATCHKEY_DRAIN_SECONDS: '1', ...env }, stdio: ['ignore', log, log],
  });
  closeSync(log);
  let ended: number | string | undefined;
  const exit = new Promise<number | string>((resolve) => {
    child.once('exit', (code, signal) => resolve((ended = code ?? signal ?? 'unknown')));
    child.once('error', (error) => resolve((ended = error.message)));
  });
  const dismiss = child.pid === undefined ? () => undefined : endWithUs(child.pid);
  const end = async (signal: NodeJS.Signals): Promise<number | string> => {
    child.kill(signal);
    const late = setTimeout(() => child.kill('SIGKILL'), 15_000);
    const result = await exit;
    clearTimeout(late);
    dismiss();
    return result;
  };
  const stop = () => end('SIGTERM');
  try {
    await eventually(async () => ended !== undefined || (await ready()), { timeoutMs });
    if (ended !== undefined) throw new Error(`it ended with ${ended}`);
  } catch (error) {
    await stop();
    throw new Error(`${name} does not start: ${(error as Error).message}\n${readFileSync(logFile, 'utf8').slice(-3000)}`);
  }
  return { name, pid: child.pid ?? 0, logFile, isRunning: () => ended === undefined, stop, kill: () => end('SIGKILL') };
}

/** Whether a service says that it can serve. */
export async function isReady(url: string): Promise<boolean> {
  return (await fetch(`${url}/readyz`)).status === 200;
}
