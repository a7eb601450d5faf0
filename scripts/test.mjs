// `npm test`: everything that must pass, from a fresh clone on. Runs on Node 20.19 and built-ins alone.
import { availableParallelism } from 'node:os';
import { build } from './setup/build.mjs';
import { install } from './setup/install.mjs';
import { jest, projects } from './setup/jest.mjs';
import { main } from './setup/main.mjs';
import { findNode } from './setup/node.mjs';
import { inModules } from './setup/paths.mjs';
import { run } from './setup/run.mjs';
import { elapsedSeconds, Refusal, say } from './setup/say.mjs';
import { ensureServers } from './setup/servers.mjs';
import { groupSpecs } from './setup/spec-groups.mjs';

const e2eFolder = 'apps/e2e';
const timed = '/test/timed/';
const inCi = process.env.CI === 'true' || process.env.CI === '1';
const only = process.argv.slice(2);

const steps = [];
/** Runs one step, keeps its time and its outcome, and goes on after a failure: one run shows everything that is wrong. */
async function step(name, body) {
  say(`${name} …`);
  const since = performance.now();
  const outcome = { name, failed: 0, passed: 0, skipped: 0, withoutServer: [], failures: [], note: '' };
  try {
    Object.assign(outcome, await body());
  } catch (error) {
    outcome.failed = 1;
    outcome.failures = [name];
    process.stderr.write(`${error instanceof Refusal ? error.message : error.stack}\n`);
  }
  outcome.seconds = elapsedSeconds(since);
  steps.push(outcome);
  return outcome.failed === 0;
}

async function command(program, args) {
  const { code } = await run(program, args);
  if (code !== 0) throw new Refusal(`${args.join(' ')} failed with exit code ${code}.`);
}

function report(missing) {
  const sum = (key) => steps.reduce((total, outcome) => total + outcome[key], 0);
  const withoutServer = steps.flatMap((outcome) => outcome.withoutServer);
  const failures = steps.flatMap((outcome) => outcome.failures);
  const lines = ['', 'Summary'];
  for (const { name, failed, passed, skipped, seconds } of steps) {
    const counts = passed + failed + skipped === 0 ? '' : `${passed} passed, ${failed} failed, ${skipped} skipped`;
    lines.push(`  ${failed === 0 ? 'ok    ' : 'FAILED'}  ${name.padEnd(22)} ${seconds.padStart(7)} s  ${counts}`.trimEnd());
  }
  if (failures.length > 0) lines.push('', 'Failed:', ...failures.map((title) => `  ${title}`));
  if (withoutServer.length > 0) {
    lines.push('', `SKIPPED: ${withoutServer.length} tests did not run, for this machine has no ${missing.join(', no ')}:`);
    lines.push(...withoutServer.map((title) => `  ${title}`));
    if (inCi) lines.push('With CI=true that is a failure.');
  }
  const moved = inCi ? withoutServer.length : 0;
  lines.push('', `${sum('passed')} passed, ${sum('failed') + moved} failed, ${sum('skipped') - moved} skipped`, '');
  process.stdout.write(lines.join('\n'));
  return sum('failed') + moved;
}

main(async () => {
  const wants = (name) => only.length === 0 || only.includes(name);
  await install();
  const node = findNode();
  const missing = await ensureServers();
  if (missing.length > 0) say(`NOT ON THIS MACHINE: ${missing.join(', ')}. Tests that need it cannot run.`);
  await step('build', () => build(node));
  if (wants('lint')) {
    await step('lint', async () => {
      // The boundary rule judges by the cached project graph, so that is made first.
      const graph = await run(node, [inModules('nx', 'dist', 'bin', 'nx.js'), 'show', 'projects'], { quiet: true });
      if (graph.code !== 0) throw new Refusal(`nx show projects failed:\n${graph.output}`);
      await command(node, [inModules('eslint', 'bin', 'eslint.js'), '.']);
    });
  }
  if (wants('types')) {
    await step('types', async () => {
      for (const project of ['tsconfig.check.json', 'apps/console/tsconfig.json']) await command(node, [inModules('typescript-7', 'bin', 'tsc'), '-p', project]);
    });
  }
  const isIntegration = (file) => file.endsWith('.int.spec.ts');
  const others = projects().filter((folder) => folder !== e2eFolder);
  const workers = `--maxWorkers=${Math.max(2, Math.floor(availableParallelism() / 2))}`;
  // A third of their time they wait for a server, a disk or each other.
  const waiting = `--maxWorkers=${Math.max(3, Math.floor(availableParallelism() / 2))}`;
  if (wants('unit')) await step('unit', () => jest(node, 'unit', others, [workers, ...groupSpecs(others, 'unit', (file) => !isIntegration(file))]));
  if (wants('integration')) await step('integration', () => jest(node, 'integration', others, [waiting, ...groupSpecs(others, 'integration', isIntegration)]));
  if (wants('e2e')) {
    await step('end to end', () => jest(node, 'e2e', [e2eFolder], [workers, `--testPathIgnorePatterns=${timed}`]));
    // Whole systems under faults and by the clock: one after the other, or their time limits measure the machine.
    await step('end to end, timed', () => jest(node, 'e2e-timed', [e2eFolder], ['--runInBand', `--testPathPatterns=${timed}`]));
  }
  return report(missing) === 0 ? 0 : 1;
});
