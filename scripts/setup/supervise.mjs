import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { whenNpmIsGone } from './ancestors.mjs';
import { repository } from './paths.mjs';
import { beganAtMs } from './say.mjs';

const preload = `--import=${pathToFileURL(join(repository, 'scripts', 'setup', 'stop-with-parent.mjs'))}`;

function start(node, args) {
  return spawn(node, [preload, ...args], {
    cwd: repository,
    env: { ...process.env, LATCHKEY_BEGAN_AT_MS: String(beganAtMs) },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    detached: true,
  });
}

/**
 * Runs a service until it ends or we are told to stop, and leaves nothing behind. The service has a session of its own, so that the
 * Ctrl-C of the terminal reaches it once, through us; and a channel to us, by which it notices that we were killed.
 * @param takeRestart  where there is one, is given a function that stops the service and starts it anew
 * @returns 0 after a stop that was asked for, else the service's exit code
 */
export function supervise(node, args, takeRestart) {
  return new Promise((resolve, reject) => {
    let child;
    let [stopping, restarting] = [false, false];
    const begin = () => {
      restarting = false;
      child = start(node, args);
      child.once('error', reject);
      child.once('exit', (code) => (restarting && !stopping ? begin() : stays(code)));
    };
    // A service under development that ended by itself waits for the next change of its sources.
    const stays = (code) => void (takeRestart !== undefined && !stopping ? undefined : resolve(stopping ? 0 : (code ?? 1)));
    const stop = (signal) => {
      stopping = true;
      if (child.exitCode !== null || child.signalCode !== null) resolve(0);
      else child.kill(signal);
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop(signal === 'SIGINT' ? 'SIGINT' : 'SIGTERM'));
    // A reader that has gone away must not keep us from passing the signal on.
    for (const stream of [process.stdout, process.stderr]) stream.on('error', () => stop('SIGTERM'));
    whenNpmIsGone(() => stop('SIGTERM'));
    begin();
    takeRestart?.(() => {
      restarting = true;
      if (child.exitCode !== null || child.signalCode !== null) begin();
      else child.kill('SIGTERM');
    });
  });
}
