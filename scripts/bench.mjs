// `npm run bench`: figures, each with its yardstick from the same run.
import { build } from './setup/build.mjs';
import { install } from './setup/install.mjs';
import { main } from './setup/main.mjs';
import { findNode } from './setup/node.mjs';
import { supervise } from './setup/supervise.mjs';

main(async () => {
  await install();
  const node = findNode();
  await build(node, 'apps/bench');
  return supervise(node, ['--expose-gc', 'apps/bench/dist/main.js', ...process.argv.slice(2)]);
});
