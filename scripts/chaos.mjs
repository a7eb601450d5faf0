// `npm run chaos -- --minutes 30 --seed 7`: breaks a whole system at random and looks for what must never be.
import { build } from './setup/build.mjs';
import { install } from './setup/install.mjs';
import { main } from './setup/main.mjs';
import { findNode } from './setup/node.mjs';
import { Refusal } from './setup/say.mjs';
import { ensureServers } from './setup/servers.mjs';
import { supervise } from './setup/supervise.mjs';

main(async () => {
  await install();
  const missing = await ensureServers();
  if (missing.some((name) => /nats|redis/i.test(name))) throw new Refusal(`This machine has no ${missing.join(', no ')}.`);
  const node = findNode();
  await build(node);
  return supervise(node, ['apps/e2e/dist/chaos/main.js', ...process.argv.slice(2)]);
});
