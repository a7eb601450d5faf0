// `npm run openapi`: writes the OpenAPI 3.1 documents of the HTTP API; a spec compares them with what the contracts say.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from './setup/build.mjs';
import { install } from './setup/install.mjs';
import { main } from './setup/main.mjs';
import { findNode } from './setup/node.mjs';
import { repository } from './setup/paths.mjs';

/** Where a newcomer's first start serves them. */
const local = { gatewayUrl: 'http://localhost:8080', issuer: 'http://localhost:8081' };

main(async () => {
  await install();
  await build(findNode(), 'libs/contracts');
  const { openapiDocument } = await import(pathToFileURL(join(repository, 'libs/contracts/dist/openapi/index.js')).href);
  const folder = join(repository, 'docs/openapi');
  mkdirSync(folder, { recursive: true });
  for (const [name, service] of [['identity', 'identity'], ['keys', 'keys'], ['gateway', 'gateway'], ['latchkey', undefined]]) {
    const document = openapiDocument({ ...local, ...(service === undefined ? {} : { service }) });
    writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(document, null, 2)}\n`);
    process.stdout.write(`docs/openapi/${name}.json: ${Object.keys(document.paths).length} paths\n`);
  }
});
