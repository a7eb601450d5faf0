import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { errorCodes, errorExplanations, errorsPage, type ErrorCode } from '@latchkey/contracts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const codes = Object.keys(errorCodes) as ErrorCode[];

/** What runs, without what only lists or describes codes. */
const sources = globSync(['apps/*/src/**/*.ts', 'libs/*/src/**/*.ts'], { cwd: root })
  .filter((file) => !/\.spec\.ts$|\/testing\/|^apps\/(?:bench|cli|e2e)\/|contracts\/src\/(?:error|openapi\/)/.test(file))
  .map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }));
const thrown = sources.flatMap(({ file, text }) =>
  [...text.matchAll(/new Problem\(\s*'(\w+)'(?:,\s*\{[^}]*?\bstatus: (\d{3}))?/g)].map(([, code = '', status]) => ({ file, code, status: status === undefined ? null : Number(status) })),
);

describe('docs/errors.md', () => {
  it('is what the list of codes says; npm run docs:errors writes it', () => {
    expect(readFileSync(join(root, 'docs/errors.md'), 'utf8')).toBe(errorsPage());
  });

  it('has a row of whole sentences for every code, in the order of the list', () => {
    const rows = [...errorsPage().matchAll(/^\| `(\w+)` \| ([\d, ]+) \| (.+\.) \| (.+[.]) \| (.+\.) \|$/gm)];
    expect(rows.map(([, code]) => code)).toEqual(codes);
    for (const [, code, statuses] of rows) expect(statuses!.split(', ').map(Number)).toContain(errorCodes[code as ErrorCode].status);
    for (const { cause, cure } of Object.values(errorExplanations)) expect(`${cause}${cure}`).not.toMatch(/[|\n]/);
  });

  it('names every code that the sources refuse with, with every status that it is given there', () => {
    expect(thrown.length).toBeGreaterThan(150);
    const statusesOf = (code: ErrorCode): number[] => [errorCodes[code].status, ...(errorExplanations[code].also ?? [])];
    expect(thrown.filter(({ code }) => !Object.hasOwn(errorCodes, code))).toEqual([]);
    expect(thrown.filter(({ code, status }) => status !== null && !statusesOf(code as ErrorCode).includes(status))).toEqual([]);
  });

  it('names no code, and no other status of one, that the sources do not use', () => {
    expect(codes.filter((code) => !sources.some(({ text }) => text.includes(`'${code}'`)))).toEqual([]);
    for (const code of codes) {
      for (const status of errorExplanations[code].also ?? []) expect([code, status, thrown.some((one) => one.code === code && one.status === status)]).toEqual([code, status, true]);
    }
  });
});
