import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { repository } from './paths.mjs';

/** So many that the groups of a project keep every worker busy to the end, and few enough that little is loaded twice. */
const perGroup = 8;

/** A hook outside of every `describe` would be everybody's in a group, so such a file stays alone. */
const hookOfFile = /^(?:before|after)(?:All|Each)\(/m;

/** Below each project; ignored by git and by the linter like everything of that name. */
const folderName = join('.artifacts', 'specs');

function specsOf(project) {
  const folders = ['src', 'test'].map((part) => join(repository, project, part)).filter((folder) => existsSync(folder));
  return folders.flatMap((folder) => {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile() && entry.name.endsWith('.spec.ts')).map((entry) => join(entry.parentPath, entry.name));
  });
}

/** Deals files to groups like cards, in the order of their paths: neighbours are of one kind, and what takes long is spread. */
function deal(files) {
  const groups = Array.from({ length: Math.ceil(files.length / perGroup) }, () => []);
  files.sort().forEach((file, at) => groups[at % groups.length].push(file));
  return groups;
}

/**
 * Writes files that import several spec files of a project each, for Jest to run in their place. Jest loads every module anew for every file
 * that it runs, and half of the time of the whole suite went into loading the same frameworks two hundred times.
 * @param isWanted  told the path of a spec file
 * @returns the arguments that have Jest run the groups
 */
export function groupSpecs(projects, name, isWanted) {
  for (const project of projects) {
    const folder = join(repository, project, folderName, name);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const files = specsOf(project).filter(isWanted);
    const alone = files.filter((file) => hookOfFile.test(readFileSync(file, 'utf8')));
    const groups = [...deal(files.filter((file) => !alone.includes(file))), ...alone.map((file) => [file])];
    groups.forEach((group, at) => {
      const imports = group.map((file) => `import '${relative(folder, file)}';\n`);
      writeFileSync(join(folder, `${name}-${at + 1}.ts`), imports.join(''));
    });
  }
  return ['--testMatch', `<rootDir>/${folderName}/${name}/*.ts`, `--testSequencer=${join(repository, 'scripts', 'setup', 'largest-first.mjs')}`];
}

/** The spec file that a failure comes from, by the first place of its stack that is in one; else the file that Jest ran. */
export function specOf(fileName, failureMessages) {
  const ran = relative(repository, fileName);
  const [, spec] = /((?:src|test)\/[\w./-]+\.spec\.ts):\d+/.exec(failureMessages.join('\n')) ?? [];
  return spec === undefined ? ran : join(ran.split(/\/(?:\.artifacts|src|test)\//)[0], spec);
}
