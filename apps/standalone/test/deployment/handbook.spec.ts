import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { verifies } from '@latchkey/testing';
import { read, repository } from './manifest.ts';

const pages = globSync(['README.md', 'docs/**/*.md', 'deploy/**/*.md', 'apps/*/README.md', 'libs/*/README.md'], { cwd: repository });
const text = (page: string): string => readFileSync(join(repository, page), 'utf8');

/** Of whoever calls: where examples keep a credential. */
const callers = new Set(['LATCHKEY_TOKEN', 'LATCHKEY_PAT']);

/** The heading as its anchor is spelled. */
const anchor = (heading: string): string => heading.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-');

describe('the handbook', () => {
  it('links to pages and headings that there are', () => {
    const broken = pages.flatMap((page) => [...text(page).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = '']) => {
      if (/^[a-z]+:/.test(target)) return [];
      const [path = '', heading] = target.split('#');
      const file = path === '' ? page : join(dirname(page), path);
      if (!existsSync(join(repository, file))) return [`${page}: ${target}`];
      const anchors = heading === undefined ? [] : [...text(file).matchAll(/^#+ (.+)$/gm)].map(([, line = '']) => anchor(line));
      return heading === undefined || anchors.includes(heading) ? [] : [`${page}: ${target}`];
    }));
    expect(broken).toEqual([]);
    expect(pages.length).toBeGreaterThan(30);
  });

  verifies('O5', 'has a page for each client, with what to paste for either kind of credential, and what was tried', () => {
    for (const client of ['claude-code', 'cursor', 'vs-code', 'codex', 'inspector', 'claude-ai', 'chatgpt', 'gemini-cli', 'opencode', 'mcp-remote', 'mcporter']) {
      const page = text(`docs/clients/${client}.md`);
      expect([client, page.includes('https://mcp.example.com/mcp/demo'), page.includes('LATCHKEY_TOKEN') || page.includes('Latchkey key'), page.includes('What is tested:')]).toEqual([client, true, true, true]);
      expect(text('docs/clients/README.md')).toContain(`(${client}.md)`);
    }
  });

  it('speaks of variables that some service reads', () => {
    const source = globSync(['apps/*/src/**/*.ts', 'libs/*/src/**/*.ts', 'scripts/**/*.mjs'], { cwd: repository }).map((file) => readFileSync(join(repository, file), 'utf8')).join('\n');
    const unknown = pages.flatMap((page) => [...text(page).matchAll(/\bLATCHKEY_[A-Z0-9_]+\b/g)].map(([name]) => name.replace(/_FILE$/, '')).filter((name) => !callers.has(name) && !source.includes(name)).map((name) => `${page}: ${name}`));
    expect([...new Set(unknown)]).toEqual([]);
  });
});

describe('the threat model', () => {
  const page = read('docs/threat-model.md');
  const rows = [...page.matchAll(/^\| ([STRIDE]) \| (.+) \| (.+) \| (.+) \|$/gm)].map(([, kind = '', threat = '', , shown = '']) => ({ kind, threat, shown: shown.split(', ') }));
  const flows = page.split(/^## \d+\. /m).slice(1);
  const stated = new Map([...read('docs/requirements.md').matchAll(/^\| ([A-Z]+-?\d+) \| .+ \| (tested|part: .+|later: .+) \|$/gm)].map(([, id = '', state = '']) => [id, state]));

  verifies('O5', 'names for each threat a test that there is', () => {
    expect(rows.length).toBeGreaterThan(60);
    const missing = rows.flatMap(({ threat, shown }) => shown.filter((proof) => (proof.includes('/') ? !existsSync(join(repository, proof)) : (stated.get(proof) ?? 'later').startsWith('later'))).map((proof) => `${threat}: ${proof}`));
    expect(missing).toEqual([]);
  });

  it('looks at every flow between callers and services from all six sides', () => {
    expect(flows.length).toBeGreaterThanOrEqual(9);
    const kinds = flows.slice(0, 3).concat(flows.slice(4, 6)).map((flow) => [...new Set([...flow.matchAll(/^\| ([STRIDE]) \|/gm)].map(([, kind]) => kind))].sort().join(''));
    expect(kinds).toEqual(kinds.map(() => 'DEIRST'));
  });
});
