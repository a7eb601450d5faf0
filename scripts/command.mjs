// `npm run audit:verify`, `introspectors`, `keys:rotate`, `keys:reencrypt`, `migrate:identity`, `migrate:keys`, `restored:identity`, `restored:keys`: what an operator does to a service's database, by hand.
import { build } from './setup/build.mjs';
import { install } from './setup/install.mjs';
import { main } from './setup/main.mjs';
import { findNode } from './setup/node.mjs';
import { run } from './setup/run.mjs';
import { Refusal } from './setup/say.mjs';

/** Whose command it is. */
const commands = new Map([['audit-verify', 'identity'], ['introspectors', 'identity'], ['keys-rotate', 'identity'], ['keys-reencrypt', 'keys'], ['identity-migrate', 'identity'], ['keys-migrate', 'keys'], ['identity-restored', 'identity'], ['keys-restored', 'keys']]);

main(async () => {
  const [name, ...args] = process.argv.slice(2);
  const app = commands.get(name);
  if (app === undefined) throw new Refusal(`Usage: node scripts/command.mjs ${[...commands.keys()].join('|')}`);
  await install();
  const node = findNode();
  await build(node, `apps/${app}`);
  return (await run(node, [`apps/${app}/dist/commands/${name}.js`, ...args])).code;
});
