import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** id → state, from the page that people read. */
const stated = new Map(
  [...readFileSync(join(root, 'docs/requirements.md'), 'utf8').matchAll(/^\| ([A-Z]+-?\d+) \| .+ \| (tested|part: .+|later: .+) \|$/gm)].map(([, id, state]) => [id!, state!]),
);

const cited = new Set(
  globSync(['apps/*/{src,test}/**/*.spec.ts', 'libs/*/{src,test}/**/*.spec.ts', 'apps/e2e/src/**/*.ts'], { cwd: root })
    .filter((file) => !file.endsWith('requirements.spec.ts'))
    .flatMap((file) => [...readFileSync(join(root, file), 'utf8').matchAll(/verifies\(\s*(\[[^\]]+\]|'[A-Z]+-?\d+')|'\[([A-Z]+-?\d+)\] /g)])
    .flatMap(([, cited = '', inTitle = '']) => [...`${cited} ${inTitle}`.matchAll(/[A-Z]+-?\d+/g)].map(([id]) => id)),
);

describe('docs/requirements.md', () => {
  it('lists every id that a test cites', () => {
    expect([...cited].filter((id) => !stated.has(id))).toEqual([]);
  });

  it('calls nothing tested, in part or whole, that no test cites', () => {
    expect([...stated].filter(([id, state]) => !state.startsWith('later') && !cited.has(id))).toEqual([]);
  });

  it('calls nothing later that a test cites already', () => {
    expect([...stated].filter(([id, state]) => state.startsWith('later') && cited.has(id))).toEqual([]);
  });

  it('is read at all', () => {
    expect(stated.size).toBeGreaterThan(150);
    expect(cited.size).toBeGreaterThan(50);
  });
});
