import { readFileSync } from 'node:fs';
import { errorCodes } from '@latchkey/contracts';

describe('docs/errors.md', () => {
  const text = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8');
  const rows = [...text.matchAll(/^\| `(\w+)` \| ([\d, ]+) \| .+ \| .+ \|$/gm)].map(([, code, statuses]) => [code, statuses!.split(', ').map(Number)] as const);

  it('explains every code, in the order of the list, with its status', () => {
    expect(rows.map(([code]) => code)).toEqual(Object.keys(errorCodes));
    for (const [code, statuses] of rows) expect(statuses).toContain(errorCodes[code as keyof typeof errorCodes].status);
  });
});
