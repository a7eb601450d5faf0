import { spawnSync } from 'node:child_process';
import { inModules } from './paths.mjs';
import { Refusal } from './say.mjs';

const least = [24, 9];
const versionOf = (command) => spawnSync(command, ['--version'], { encoding: 'utf8' }).stdout?.trim().replace(/^v/, '') ?? '';

function suffices(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > least[0] || (major === least[0] && minor >= least[1]);
}

/**
 * The Node that runs everything: the one among the packages, whatever the user's own is. Where there is none for the platform, the
 * user's own if it is new enough.
 */
export function findNode() {
  for (const command of [inModules('.bin', 'node'), process.execPath]) {
    if (suffices(versionOf(command))) return command;
  }
  throw new Refusal(
    `No packaged Node runs on ${process.platform} ${process.arch}, and this one is ${process.version}. ` +
      `Use Node ${least.join('.')} or newer (https://nodejs.org) and start again.`,
  );
}
