import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { verifies } from '@latchkey/testing';

const root = fileURLToPath(new URL('../../../../', import.meta.url));

/** What the linter of this repository says of an import restriction, were this the text of that file. */
function refusals(file: string, text: string): string[] {
  const { stdout, stderr } = spawnSync(process.execPath, ['node_modules/eslint/bin/eslint.js', '--stdin', '--stdin-filename', file, '--format', 'json'], { cwd: root, input: text, encoding: 'utf8' });
  // Another rule may print a warning of its own before the report, where no project graph was made yet.
  const report = stdout.split('\n').find((line) => line.startsWith('[{'));
  if (report === undefined) throw new Error(`${stdout}${stderr}`);
  const [result] = JSON.parse(report) as { messages: { ruleId: string | null; message: string }[] }[];
  return result!.messages.filter(({ ruleId }) => ruleId === 'no-restricted-imports').map(({ message }) => message);
}

describe('the inside of the engine', () => {
  const deep = "export { default } from 'oidc-provider/lib/helpers/weak_cache.js';\n";

  verifies('AS-84', 'is imported by one file, and the linter refuses it everywhere else, specs and other projects included', () => {
    expect(refusals('apps/identity/src/provider/engine-internals.ts', deep)).toEqual([]);
    for (const file of ['apps/identity/src/provider/adapter.ts', 'apps/identity/test/dpop.int.spec.ts', 'apps/gateway/src/gateway.ts', 'apps/bench/src/main.ts']) {
      expect([file, refusals(file, deep)]).toEqual([file, [expect.stringContaining('engine-internals.ts (AS-84)')]]);
    }
    expect(refusals('apps/identity/src/provider/adapter.ts', "export { errors } from 'oidc-provider';\n")).toEqual([]);
  }, 60_000);
});
