// `npm test`: everything that must pass, from a fresh clone on. Runs on Node 20.19 and built-ins alone.
import { availableParallelism } from 'node:os';
import { build } from './setup/build.mjs';
import { cpuSeconds } from './setup/cpu-seconds.mjs';
import { install } from './setup/install.mjs';
import { groupsOfKinds, jest, largestFirst, projects } from './setup/jest.mjs';
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
  const cpuBefore = cpuSeconds();
  const outcome = { name, failed: 0, passed: 0, skipped: 0, withoutServer: [], failures: [], note: '' };
  try {
    Object.assign(outcome, await body());
  } catch (error) {
    outcome.failed = 1;
    outcome.failures = [name];
    process.stderr.write(`${error instanceof Refusal ? error.message : error.stack}\n`);
  }
  outcome.seconds = elapsedSeconds(since);
  outcome.cpu = cpuBefore === undefined ? '' : (cpuSeconds() - cpuBefore).toFixed(0);
  steps.push(outcome);
  return outcome.failed === 0;
}

/** Beside what starts servers, it is in nobody's way. */
async function command(program, args) {
  const { code } = await run(program, args, { isPatient: only.length === 0 || only.includes('e2e') });
  if (code !== 0) throw new Refusal(`${args.join(' ')} failed with exit code ${code}.`);
}

async function lint(node) {
  // The boundary rule judges by the cached project graph, so that is made first.
  const graph = await run(node, [inModules('nx', 'dist', 'bin', 'nx.js'), 'show', 'projects'], { quiet: true });
  if (graph.code !== 0) throw new Refusal(`nx show projects failed:\n${graph.output}`);
  await command(node, [inModules('eslint', 'bin', 'eslint.js'), '.']);
}

async function types(node) {
  for (const project of ['tsconfig.check.json', 'apps/console/tsconfig.json']) await command(node, [inModules('typescript-7', 'bin', 'tsc'), '-p', project]);
}

function report(missing) {
  const sum = (key) => steps.reduce((total, outcome) => total + outcome[key], 0);
  const withoutServer = steps.flatMap((outcome) => outcome.withoutServer);
  const failures = steps.flatMap((outcome) => outcome.failures);
  const lines = ['', 'Summary'];
  for (const { name, failed, passed, skipped, seconds, cpu } of steps) {
    const counts = passed + failed + skipped === 0 ? '' : `${passed} passed, ${failed} failed, ${skipped} skipped`;
    lines.push(`  ${failed === 0 ? 'ok    ' : 'FAILED'}  ${name.padEnd(22)} ${seconds.padStart(7)} s ${cpu.padStart(5)}  ${counts}`.trimEnd());
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
  const cores = availableParallelism();
  const workers = Math.max(2, Math.floor(cores / 2));
  const endToEnd = (name, ...args) => jest(node, name, ['--projects', e2eFolder, largestFirst, `--testPathIgnorePatterns=/${e2eFolder}/src/`, ...args]);
  const serving = async () => {
    if (!wants('e2e')) return;
    // Whole systems under faults and by the clock: two at a time at most, or their time limits would measure the machine.
    await step('end to end, timed', () => endToEnd('e2e-timed', '--maxWorkers=2', `--testPathPatterns=${timed}`));
    await step('end to end', () => endToEnd('e2e', `--maxWorkers=${workers}`, `--testPathIgnorePatterns=${timed}`));
  };
  const judging = async () => {
    if (wants('types')) await step('types', () => types(node));
    if (wants('lint')) await step('lint', () => lint(node));
  };
  // Whole systems wait for the clock, and for each other, a good part of their time: what judges the sources takes the cores meanwhile.
  await Promise.all([serving(), judging()]);

  const isIntegration = (file) => file.endsWith('.int.spec.ts');
  const isEndToEnd = (file) => file.startsWith(`${e2eFolder}/test/`);
  const kinds = ['unit', 'integration'].filter(wants);
  if (kinds.includes('unit')) groupSpecs(projects(), 'unit', (file) => !isIntegration(file) && !isEndToEnd(file));
  if (kinds.includes('integration')) groupSpecs(projects(), 'integration', isIntegration);
  // A third of their time they wait for a server, a disk or each other.
  const more = kinds.includes('integration') ? Math.max(3, workers) : workers;
  // In one run: where the long ones of one kind come to their end, the short ones of the other fill the cores.
  if (kinds.length > 0) await step(kinds.join(' and '), () => jest(node, kinds.join('-'), [`--maxWorkers=${more}`, ...groupsOfKinds(kinds)]));
  return report(missing) === 0 ? 0 : 1;
});
