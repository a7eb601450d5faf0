import { spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { repository } from './paths.mjs';

/**
 * Runs a command to its end. A signal that reaches only this process is passed on to it.
 * @param isPatient  it takes what the cores have left, and is in nobody's way
 * @returns its exit code, a signal being 128 and more as in a shell, and with `quiet` what it said
 */
export function run(command, args, { quiet = false, stdout = 'inherit', env = process.env, cwd = repository, isPatient = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', quiet ? 'pipe' : stdout, quiet ? 'pipe' : 'inherit'] });
    if (isPatient && child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk));
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    let signalled;
    const pass = (signal) => {
      signalled = signal;
      child.kill(signal);
    };
    for (const signal of signals) process.on(signal, pass);
    const end = () => signals.forEach((signal) => process.off(signal, pass));
    child.once('error', (error) => {
      end();
      reject(error);
    });
    child.once('close', (code) => {
      end();
      if (signalled !== undefined) process.exit(signalled === 'SIGINT' ? 130 : 143);
      resolve({ code: code ?? 137, output });
    });
  });
}
