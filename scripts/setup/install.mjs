import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inModules, repository } from './paths.mjs';
import { run } from './run.mjs';
import { Refusal, say } from './say.mjs';

const lockFile = join(repository, 'package-lock.json');
const stampFile = inModules('.latchkey-lock');
const hashOf = (text) => createHash('sha256').update(`${process.platform} ${process.arch}\n${text}`).digest('hex');
const read = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : undefined);

/** npm's own list of what it installed, written when it is done: somebody who ran `npm ci` by hand need not wait for a second one. */
function holdsEverything(lock) {
  const listed = read(inModules('.package-lock.json'));
  if (listed === undefined) return false;
  const installed = JSON.parse(listed).packages;
  return Object.entries(JSON.parse(lock).packages).every(([path, { version, optional, link }]) => {
    if (!path.startsWith('node_modules/') || link === true) return true;
    const found = installed[path];
    return found === undefined ? optional === true : found.version === version;
  });
}

/** Installs what the lock names, unless it is there already. */
export async function install() {
  const lock = readFileSync(lockFile, 'utf8');
  const hash = hashOf(lock);
  if (read(stampFile) === hash) return;
  if (!holdsEverything(lock)) {
    say('installing the packages (the first time this takes a minute or two) …');
    const tick = setInterval(() => say('installing …'), 15_000);
    // Development packages too, whatever NODE_ENV says: the compiler is one of them.
    const args = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund'];
    const npm = process.env.npm_execpath;
    const [command, ...rest] = npm === undefined || !/\.c?js$/.test(npm) ? ['npm', ...args] : [process.execPath, npm, ...args];
    const { code, output } = await run(command, rest, { quiet: true }).finally(() => clearInterval(tick));
    if (code !== 0) throw new Refusal(`npm ci failed:\n${output.trimEnd().split('\n').slice(-30).join('\n')}`);
    say('installed');
  }
  writeFileSync(stampFile, hash);
}
