import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { preset } from '../../jest.preset.mjs';
import { inModules, repository } from './paths.mjs';
import { run } from './run.mjs';
import { groupsFolder, specOf } from './spec-groups.mjs';

/** How a launcher of `@latchkey/testing` begins its failure when the machine lacks a server. */
const missingServer = 'ServerMissingError';

/** The argument that has Jest begin with what takes longest. */
export const largestFirst = `--testSequencer=${join(repository, 'scripts', 'setup', 'largest-first.mjs')}`;

/** Folders with a Jest configuration, the way the workspace lists them. */
export function projects() {
  return ['libs', 'apps'].flatMap((parent) =>
    readdirSync(join(repository, parent)).map((name) => join(parent, name)).filter((folder) => existsSync(join(repository, folder, 'jest.config.mjs'))),
  );
}

/**
 * The arguments that have Jest run groups of spec files, of these kinds and of all projects, the longest first.
 * @param before  what is loaded into each, beside what always is
 */
export function groupsOfKinds(kinds, before = []) {
  const folder = join(repository, groupsFolder);
  const config = { ...preset, rootDir: repository, roots: [folder], setupFiles: [...preset.setupFiles, ...before], testMatch: kinds.map((kind) => `<rootDir>/${groupsFolder}/${kind}-*.ts`) };
  return ['--config', JSON.stringify(config), largestFirst];
}

function read(file) {
  if (!existsSync(file)) return undefined;
  return JSON.parse(readFileSync(file, 'utf8'));
}

/**
 * One Jest process.
 * @returns counts, and the tests that a missing server kept from running: they count as skipped, not as failed
 */
export async function jest(node, name, args) {
  const directory = join(repository, '.artifacts', 'jest');
  const outputFile = join(directory, `${name}.json`);
  mkdirSync(directory, { recursive: true });
  rmSync(outputFile, { force: true });
  const { code } = await run(node, [
    '--experimental-vm-modules', '--disable-warning=ExperimentalWarning', inModules('jest', 'bin', 'jest.js'),
    '--json', `--outputFile=${outputFile}`, ...args,
  ], { stdout: 'ignore' });
  const result = read(outputFile);
  if (result === undefined) return { passed: 0, failed: 1, skipped: 0, withoutServer: [], failures: [`${name}: Jest wrote no result (exit code ${code})`] };
  const withoutServer = [];
  const failures = [];
  let failed = 0;
  for (const file of result.testResults) {
    const path = relative(repository, file.name);
    if (file.status === 'failed' && file.assertionResults.length === 0) {
      // The file itself does not run: it counts as one failure.
      if (file.message.includes(missingServer)) withoutServer.push(path);
      else {
        failed += 1;
        failures.push(specOf(file.name, [file.message]));
      }
    }
    for (const test of file.assertionResults.filter(({ status }) => status === 'failed')) {
      const title = `${specOf(file.name, test.failureMessages)}: ${test.fullName}`;
      if (test.failureMessages.some((message) => message.includes(missingServer))) withoutServer.push(title);
      else {
        failed += 1;
        failures.push(title);
      }
    }
  }
  // A run that Jest calls failed although no test is (an open handle, a crashed worker) is a failure all the same.
  if (code !== 0 && failed === 0 && withoutServer.length === 0) {
    failed = 1;
    failures.push(`${name}: Jest ended with exit code ${code}`);
  }
  return { passed: result.numPassedTests, failed, skipped: result.numPendingTests + result.numTodoTests + withoutServer.length, withoutServer, failures };
}
