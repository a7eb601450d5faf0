import { buildConsole } from './build-console.mjs';
import { inModules } from './paths.mjs';
import { run } from './run.mjs';
import { Refusal } from './say.mjs';

/** Who serves the console. */
const withConsole = new Set(['apps/standalone', 'apps/identity']);

async function compile(node, projects) {
  const { code, output } = await run(node, [inModules('typescript-7', 'bin', 'tsc'), '-b', ...projects], { quiet: true });
  if (code !== 0) throw new Refusal(`The build failed:\n${output.trimEnd()}`);
}

/** Compiles what has changed. @param projects  folders; none for all */
export async function build(node, ...projects) {
  const console = projects.length === 0 || projects.some((project) => withConsole.has(project));
  await Promise.all([compile(node, projects), ...(console ? [buildConsole(node)] : [])]);
}
