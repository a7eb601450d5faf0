// `npm start`: the whole system on embedded defaults. Runs on Node 20.19 and built-ins alone, for on a fresh clone there is nothing else.
import { build } from './setup/build.mjs';
import { install } from './setup/install.mjs';
import { main } from './setup/main.mjs';
import { findNode } from './setup/node.mjs';
import { say } from './setup/say.mjs';
import { supervise } from './setup/supervise.mjs';
import { usage } from './setup/usage.mjs';

main(async () => {
  const asked = process.argv.slice(2);
  if (asked.some((argument) => argument === '--help' || argument === '-h')) return void process.stdout.write(usage);
  await install();
  const node = findNode();
  say('building …');
  await build(node, 'apps/standalone');
  return supervise(node, ['apps/standalone/dist/main.js', ...asked]);
});
