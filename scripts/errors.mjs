// `npm run docs:errors`: writes docs/errors.md from the list of codes; a spec compares it with what the list says.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from './setup/build.mjs';
import { install } from './setup/install.mjs';
import { main } from './setup/main.mjs';
import { findNode } from './setup/node.mjs';
import { repository } from './setup/paths.mjs';

main(async () => {
  await install();
  await build(findNode(), 'libs/contracts');
  const { errorsPage, errorCodes } = await import(pathToFileURL(join(repository, 'libs/contracts/dist/index.js')).href);
  writeFileSync(join(repository, 'docs/errors.md'), errorsPage());
  process.stdout.write(`docs/errors.md: ${Object.keys(errorCodes).length} codes\n`);
});
