import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { Account } from './account.ts';

/**
 * Starts one of the binaries under the account, in a session of its own: a Ctrl-C in the terminal is for whoever started us, who
 * then stops the server after its clients.
 * @param log  descriptor that takes what it says
 */
export function run(account: Account, program: 'initdb' | 'postgres', args: readonly string[], log: number): ChildProcess {
  const [command = '', ...rest] = [...account.prefix, join(account.binaries.directory, 'bin', program), ...args];
  return spawn(command, rest, {
    ...account.identity,
    // The working directory may be closed to the account; nothing of the caller's PG* variables may reach the server.
    cwd: '/',
    env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' },
    stdio: ['ignore', log, log],
    detached: true,
  });
}

/** @returns why it ended, or undefined after a success */
export function ended(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(code === 0 ? undefined : `it ended with ${signal ?? `code ${String(code)}`}`));
  });
}
