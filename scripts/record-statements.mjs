// `npm run record:statements`: writes down what identity and keys ask their databases, while their integration tests run. To be run at a release:
// from then on every migration is tried with what that release asks (docs/upgrading.md).
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './setup/build.mjs';
import { install } from './setup/install.mjs';
import { groupsOfKinds, jest } from './setup/jest.mjs';
import { main } from './setup/main.mjs';
import { findNode } from './setup/node.mjs';
import { repository } from './setup/paths.mjs';
import { Refusal } from './setup/say.mjs';
import { groupSpecs } from './setup/spec-groups.mjs';

/** Lists are as long as what was asked for: of each statement one length will do. */
const shortened = (statement) => statement.replace(/\s+/g, ' ').trim().replace(/\((\$\d+)(?:, ?\$\d+)+\)(?! ?(?:RETURNING|ON))/gi, (list, first) => (/VALUES/i.test(statement) ? list : `(${first})`));

/** What migrations look up, not what a service asks. */
const ofCatalogue = /information_schema|pg_catalog|\bpg_(?:class|attribute|indexes|namespace|type|constraint)\b|"migrations"|version\(\)|current_schema\(\)/i;

/** Of tables that a test makes for itself. */
const ofTests = /\bbackup_(?:chains|events)\b/;

main(async () => {
  await install();
  const node = findNode();
  await build(node);
  const noted = join(repository, '.artifacts/statements.jsonl');
  mkdirSync(join(repository, '.artifacts'), { recursive: true });
  rmSync(noted, { force: true });
  process.env.LATCHKEY_STATEMENTS_FILE = noted;
  groupSpecs(['apps/identity', 'apps/keys'], 'integration', (file) => file.endsWith('.int.spec.ts'));
  const note = join(repository, 'scripts/setup/note-statements.mjs');
  const { failures } = await jest(node, 'statements', ['--maxWorkers=3', ...groupsOfKinds(['integration'], [note])]);
  if (failures.length > 0) throw new Refusal(`Nothing is recorded of tests that fail:\n${failures.join('\n')}`);
  const lines = readFileSync(noted, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line));
  for (const app of ['identity', 'keys']) {
    const statements = new Set(lines.filter(({ schema, statement }) => schema === app && !ofCatalogue.test(statement) && !ofTests.test(statement)).map(({ statement }) => shortened(statement)));
    const file = join('apps', app, 'test/release-statements.jsonl');
    writeFileSync(join(repository, file), `${[...statements].sort().map((statement) => JSON.stringify(statement)).join('\n')}\n`);
    process.stdout.write(`${file}: ${statements.size} statements\n`);
  }
});
