// `npm run users -- show|disable|enable <e-mail address or user id>`: what an operator does with accounts.
import { build } from './setup/build.mjs';
import { install } from './setup/install.mjs';
import { main } from './setup/main.mjs';
import { findNode } from './setup/node.mjs';
import { run } from './setup/run.mjs';

main(async () => {
  await install();
  const node = findNode();
  await build(node, 'apps/standalone');
  return (await run(node, ['apps/standalone/dist/users.js', ...process.argv.slice(2)])).code;
});
