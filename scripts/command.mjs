// `npm run audit:verify`, `keys:rotate`: what an operator does to the identity service's database, by hand.
import { build } from './setup/build.mjs';
import { install } from './setup/install.mjs';
import { main } from './setup/main.mjs';
import { findNode } from './setup/node.mjs';
import { run } from './setup/run.mjs';
import { Refusal } from './setup/say.mjs';

const commands = ['audit-verify', 'keys-rotate'];

main(async () => {
  const [name, ...args] = process.argv.slice(2);
  if (!commands.includes(name)) throw new Refusal(`Usage: node scripts/command.mjs ${commands.join('|')}`);
  await install();
  const node = findNode();
  await build(node, 'apps/identity');
  return (await run(node, [`apps/identity/dist/commands/${name}.js`, ...args])).code;
});
