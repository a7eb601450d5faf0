import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { verifies } from '@latchkey/testing';

const root = fileURLToPath(new URL('../../../../', import.meta.url));

interface Sample {
  file: string;
  text: string;
}

/** Lints each text as if it were that file. One process for all: what takes long is reading the configuration. */
const script = `
  const { ESLint } = await import('eslint');
  const linter = new ESLint();
  const reports = [];
  for (const { file, text } of JSON.parse(process.argv[1])) reports.push(...await linter.lintText(text, { filePath: file }));
  process.stdout.write('\\n' + JSON.stringify(reports.map(({ messages }) => messages)));
`;

/** What the linter of this repository says of import restrictions, text by text. */
function refusals(samples: Sample[]): string[][] {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script, JSON.stringify(samples)], { cwd: root, encoding: 'utf8' });
  // Another rule may print a warning of its own before the report, where no project graph was made yet.
  const report = stdout.split('\n').find((line) => line.startsWith('[['));
  if (report === undefined) throw new Error(`${stdout}${stderr}`);
  const messages = JSON.parse(report) as { ruleId: string | null; message: string }[][];
  return messages.map((list) => list.filter(({ ruleId }) => ruleId === 'no-restricted-imports').map(({ message }) => message));
}

describe('the inside of the engine', () => {
  const deep = "export { default } from 'oidc-provider/lib/helpers/weak_cache.js';\n";

  verifies('AS-84', 'is imported by one file, and the linter refuses it everywhere else, specs and other projects included', () => {
    const elsewhere = ['apps/identity/src/provider/adapter.ts', 'apps/identity/test/dpop.int.spec.ts', 'apps/gateway/src/gateway.ts', 'apps/bench/src/main.ts'];
    const [inside, allowed, ...outside] = refusals([
      { file: 'apps/identity/src/provider/engine-internals.ts', text: deep },
      { file: 'apps/identity/src/provider/adapter.ts', text: "export { errors } from 'oidc-provider';\n" },
      ...elsewhere.map((file) => ({ file, text: deep })),
    ]);
    expect([inside, allowed]).toEqual([[], []]);
    expect(outside).toEqual(elsewhere.map(() => [expect.stringContaining('engine-internals.ts (AS-84)')]));
  }, 60_000);
});
