import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { whenNpmIsGone } from './ancestors.mjs';
import { repository } from './paths.mjs';
import { beganAtMs } from './say.mjs';

const preload = `--import=${pathToFileURL(join(repository, 'scripts', 'setup', 'stop-with-parent.mjs'))}`;

/**
 * Runs a service until it ends or we are told to stop, and leaves nothing behind. The service has a session of its own, so that the
 * Ctrl-C of the terminal reaches it once, through us; and a channel to us, by which it notices that we were killed.
 * @returns 0 after a stop that was asked for, else the service's exit code
 */
export function supervise(node, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(node, [preload, ...args], {
      cwd: repository,
      env: { ...process.env, LATCHKEY_BEGAN_AT_MS: String(beganAtMs) },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      detached: true,
    });
    let stopping = false;
    const stop = (signal) => {
      stopping = true;
      child.kill(signal);
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop(signal === 'SIGINT' ? 'SIGINT' : 'SIGTERM'));
    // A reader that has gone away must not keep us from passing the signal on.
    for (const stream of [process.stdout, process.stderr]) stream.on('error', () => stop('SIGTERM'));
    whenNpmIsGone(() => stop('SIGTERM'));
    child.once('error', reject);
    child.once('exit', (code) => resolve(stopping ? 0 : (code ?? 1)));
  });
}
