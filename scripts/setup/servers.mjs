import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from './run.mjs';
import { say } from './say.mjs';

/** What tests need besides the packages: the variable that names it, its names on PATH, Debian's package. */
const needed = [
  { variable: 'NATS_SERVER_BIN', names: ['nats-server'], debian: 'nats-server' },
  { variable: 'REDIS_SERVER_BIN', names: ['redis-server'], debian: 'redis-server' },
  { variable: 'CHROMIUM_BIN', names: ['chromium', 'chromium-browser', 'google-chrome'], debian: 'chromium' },
  { variable: 'NGINX_BIN', names: ['nginx'], debian: 'nginx' },
];

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function isThere({ variable, names }) {
  const named = process.env[variable];
  if (named !== undefined && named !== '') return isExecutable(named);
  const directories = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return directories.some((directory) => names.some((name) => isExecutable(join(directory, name))));
}

/** Installs what is missing where that can be done without asking: as root on Debian. @returns the names of what is still missing */
export async function ensureServers() {
  const missing = needed.filter((server) => !isThere(server));
  if (missing.length > 0 && process.getuid?.() === 0 && existsSync('/etc/debian_version')) {
    say(`installing ${missing.map(({ debian }) => debian).join(', ')} with apt …`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    await run('apt-get', ['update', '-qq'], { quiet: true, env });
    const packages = missing.map(({ debian }) => debian);
    const { code, output } = await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], { quiet: true, env });
    if (code !== 0) say(`apt did not install them:\n${output.trimEnd().split('\n').slice(-5).join('\n')}`);
  }
  return needed.filter((server) => !isThere(server)).map(({ names }) => names[0]);
}
