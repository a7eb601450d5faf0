// `npm run dev`: as `npm start`, and again whenever a source changes: compile, stop, start.
import { watch } from 'node:fs';
import { join } from 'node:path';
import { build } from './setup/build.mjs';
import { install } from './setup/install.mjs';
import { main } from './setup/main.mjs';
import { findNode } from './setup/node.mjs';
import { repository } from './setup/paths.mjs';
import { say } from './setup/say.mjs';
import { supervise } from './setup/supervise.mjs';

const quietMs = 150;

/** Builds after changes have come to rest; one build at a time, and never the last change left out. */
function buildOnChange(node, restart) {
  let [timer, building, again] = [undefined, false, false];
  const start = async () => {
    if (building) return void (again = true);
    building = true;
    await build(node, 'apps/standalone').then(
      () => {
        say('built; starting again …');
        restart();
      },
      (error) => say(error.message),
    );
    building = false;
    if (again) {
      again = false;
      void start();
    }
  };
  for (const folder of ['apps', 'libs']) {
    watch(join(repository, folder), { recursive: true }, (_event, file) => {
      if (file === null || !/[\\/]src[\\/].*\.ts$/.test(file) || file.endsWith('.spec.ts')) return;
      clearTimeout(timer);
      timer = setTimeout(() => void start(), quietMs);
    });
  }
}

main(async () => {
  await install();
  const node = findNode();
  say('building …');
  await build(node, 'apps/standalone');
  return supervise(node, ['apps/standalone/dist/main.js'], (restart) => buildOnChange(node, restart));
});
