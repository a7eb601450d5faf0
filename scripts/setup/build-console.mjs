import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { inModules, repository } from './paths.mjs';
import { run } from './run.mjs';
import { Refusal } from './say.mjs';

const folder = join(repository, 'apps', 'console');
const stampFile = join(folder, 'dist', '.sources');
/** All that the bundle is made of. */
const sources = ['apps/console', 'libs/contracts/src', 'package-lock.json'].map((path) => join(repository, path));

function* filesBelow(path) {
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.name === 'dist' || entry.name === 'node_modules' || entry.name.endsWith('.spec.ts')) continue;
    if (entry.isDirectory()) yield* filesBelow(join(path, entry.name));
    else yield join(path, entry.name);
  }
}

function hashOfSources() {
  const hash = createHash('sha256');
  const files = sources.flatMap((path) => (path.endsWith('.json') ? [path] : [...filesBelow(path)])).sort();
  for (const file of files) hash.update(`${relative(repository, file)}\n`).update(readFileSync(file)).update('\n');
  return hash.digest('hex');
}

/** Bundles the web console, unless what is there was made of the same sources. */
export async function buildConsole(node) {
  const hash = hashOfSources();
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === hash) return;
  const { code, output } = await run(node, [inModules('vite', 'bin', 'vite.js'), 'build', '--logLevel', 'warn'], { quiet: true, cwd: folder });
  if (code !== 0) throw new Refusal(`The build of the console failed:\n${output.trimEnd()}`);
  writeFileSync(stampFile, hash);
}
