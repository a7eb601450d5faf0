import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { repository } from './paths.mjs';

/** Bytes of spec that take a second, more or less: what starts a service is slower, and a person signs in with a password that is dear to hash. */
const bytesPerSecond = (file, kind) => (kind === 'unit' ? 8000 : file.startsWith('apps/identity/') ? 900 : 2000);

/** What takes longer than its length tells, in seconds: tests that start processes, or try something thousands of times. */
const slow = {
  'apps/gateway/test/fuzz': 8,
  'apps/standalone/test/npm-start': 75,
  'libs/embedded-postgres/test': 30,
  'libs/feed-replica/src/snapshot': 15,
  'libs/feed-replica/src/token-table/token-table': 15,
  'libs/feed-replica/test/simulation': 60,
  'libs/feed-writer/test': 10,
  'libs/feed/test': 12,
};

/** A group should not take much longer than this, or one worker is left with it at the end; nor much less, or everything is loaded too often. */
const groupSeconds = { unit: 40, integration: 120 };

/** A hook outside of every `describe` would be everybody's in a group, so such a file stays alone. */
const hookOfFile = /^(?:before|after)(?:All|Each)\(/m;

/** Ignored by git and by the linter like everything of that name. */
export const groupsFolder = join('.artifacts', 'specs');

function specsOf(project) {
  const folders = ['src', 'test'].map((part) => join(repository, project, part)).filter((folder) => existsSync(folder));
  return folders.flatMap((folder) => {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile() && entry.name.endsWith('.spec.ts')).map((entry) => relative(repository, join(entry.parentPath, entry.name)));
  });
}

function secondsOf(file, kind) {
  const known = Object.keys(slow).find((path) => file.startsWith(path));
  return known === undefined ? statSync(join(repository, file)).size / bytesPerSecond(file, kind) : slow[known];
}

/** @returns so many groups that take much the same: what takes longest is dealt first, to whoever has least */
function deal(files, count, kind) {
  const groups = Array.from({ length: count }, () => ({ seconds: 0, files: [] }));
  const bySeconds = files.map((file) => ({ file, seconds: secondsOf(file, kind) })).sort((one, other) => other.seconds - one.seconds);
  for (const { file, seconds } of bySeconds) {
    const group = groups.reduce((least, one) => (one.seconds < least.seconds ? one : least));
    group.seconds += seconds;
    group.files.push(file);
  }
  return groups;
}

/** Those of one project load the same modules; projects that are small share a group. */
function groupsOf(byProject, kind) {
  const groups = [];
  let small = [];
  const seconds = (files) => files.reduce((sum, file) => sum + secondsOf(file, kind), 0);
  for (const files of byProject) {
    const alone = files.filter((file) => hookOfFile.test(readFileSync(join(repository, file), 'utf8')));
    for (const file of alone) groups.push(...deal([file], 1, kind));
    const others = files.filter((file) => !alone.includes(file));
    const count = Math.round(seconds(others) / groupSeconds[kind]);
    if (count > 0) groups.push(...deal(others, count, kind));
    else small.push(...others);
    if (seconds(small) > groupSeconds[kind] / 2) groups.push(...deal(small.splice(0), 1, kind));
  }
  if (small.length > 0) groups.push(...deal(small, 1, kind));
  return groups.filter(({ files }) => files.length > 0);
}

/**
 * Writes files that import several spec files each, for Jest to run in their place. Jest loads every module anew for every file that it
 * runs, and half of the time of the whole suite went into loading the same frameworks two hundred times.
 * @param kind      'unit' or 'integration': what the files are called by
 * @param isWanted  told the path of a spec file
 */
export function groupSpecs(projects, kind, isWanted) {
  const folder = join(repository, groupsFolder);
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) if (name.startsWith(`${kind}-`)) rmSync(join(folder, name));
  const groups = groupsOf(projects.map((project) => specsOf(project).filter(isWanted)), kind);
  groups.forEach(({ files, seconds }, at) => {
    const imports = files.sort().map((file) => `import '${relative(folder, join(repository, file))}';\n`);
    writeFileSync(join(folder, `${kind}-${at + 1}.ts`), `// ${Math.round(seconds)} s\n${imports.join('')}`);
  });
}

/** The spec file that a failure comes from, by the first place of its stack that is in one; else the file that Jest ran. */
export function specOf(fileName, failureMessages) {
  const [, spec] = /((?:apps|libs)\/[\w-]+\/(?:src|test)\/[\w./-]+\.spec\.ts):\d+/.exec(failureMessages.join('\n')) ?? [];
  return spec ?? relative(repository, fileName);
}
