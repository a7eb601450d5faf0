import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../../docs/adr/', import.meta.url));
const decisions = readdirSync(folder).filter((name) => /^\d{4}-.+\.md$/.test(name)).sort();
const contents = readFileSync(`${folder}README.md`, 'utf8');

describe('docs/adr', () => {
  it('gives no number twice, and leaves none out', () => {
    expect(decisions.map((name) => Number(name.slice(0, 4)))).toEqual(decisions.map((_, index) => index + 1));
  });

  it('has a contents page that names every decision by its number and title', () => {
    for (const name of decisions) {
      const [, number, title] = /^# (\d+)\. (.+)$/m.exec(readFileSync(`${folder}${name}`, 'utf8')) ?? [];
      expect([name, Number(number)]).toEqual([name, Number(name.slice(0, 4))]);
      expect(contents).toContain(`- [${name.slice(0, 4)}](${name}) ${title}\n`);
    }
    expect(contents.match(/^- \[/gm)).toHaveLength(decisions.length);
  });
});
