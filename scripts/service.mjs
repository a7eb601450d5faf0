// `npm run start:identity`, `start:keys`, `start:gateway`: one service against external Postgres, Redis and NATS.
import { build } from './setup/build.mjs';
import { install } from './setup/install.mjs';
import { main } from './setup/main.mjs';
import { findNode } from './setup/node.mjs';
import { Refusal } from './setup/say.mjs';
import { supervise } from './setup/supervise.mjs';

const services = ['identity', 'keys', 'gateway', 'demo-server'];

main(async () => {
  const [name] = process.argv.slice(2);
  if (!services.includes(name)) throw new Refusal(`Usage: node scripts/service.mjs ${services.join('|')}`);
  await install();
  const node = findNode();
  await build(node, `apps/${name}`);
  return supervise(node, [`apps/${name}/dist/main.js`]);
});
