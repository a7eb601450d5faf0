// `npm run dev`: as `npm start`, and again whenever a source changes: the compiler watches the sources, Node watches what it compiles.
import { spawn } from 'node:child_process';
import { build } from './setup/build.mjs';
import { install } from './setup/install.mjs';
import { main } from './setup/main.mjs';
import { findNode } from './setup/node.mjs';
import { inModules, repository } from './setup/paths.mjs';
import { say } from './setup/say.mjs';
import { supervise } from './setup/supervise.mjs';

main(async () => {
  await install();
  const node = findNode();
  say('building …');
  await build(node, 'apps/standalone');
  const compiler = spawn(node, [inModules('typescript-7', 'bin', 'tsc'), '-b', '--watch', '--preserveWatchOutput', 'apps/standalone'], {
    cwd: repository,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  try {
    return await supervise(node, ['--watch', '--watch-preserve-output', 'apps/standalone/dist/main.js']);
  } finally {
    compiler.kill();
  }
});
