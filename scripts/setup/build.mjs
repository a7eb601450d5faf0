import { inModules } from './paths.mjs';
import { run } from './run.mjs';
import { Refusal } from './say.mjs';

/** Compiles what has changed. @param projects  folders; none for all */
export async function build(node, ...projects) {
  const { code, output } = await run(node, [inModules('typescript-7', 'bin', 'tsc'), '-b', ...projects], { quiet: true });
  if (code !== 0) throw new Refusal(`The build failed:\n${output.trimEnd()}`);
}
