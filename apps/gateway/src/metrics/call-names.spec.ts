import type { ServerRecord } from '@latchkey/contracts';
import { CallNames } from './call-names.ts';

const server = (slug: string, more: Partial<ServerRecord> = {}): ServerRecord => ({
  kind: 'server', id: slug, slug, org: 'acme', project: 'main', folder: null, name: slug, url: 'http://upstream.test/', deletedAt: null, ...more,
});

describe('CallNames', () => {
  it('keeps the first names, and calls a flood of others by one', () => {
    const names = new CallNames();
    const demo = server('demo');
    expect(names.tool(demo, 'add')).toBe('add');
    const flood = new Set(Array.from({ length: 10_000 }, (_, at) => names.tool(demo, `made-up-${at}`)));
    expect(flood.size).toBe(20);
    expect(flood).toContain('other');
    expect(names.tool(demo, 'add')).toBe('add');
    expect(names.tool(server('calm'), 'subtract')).toBe('subtract');
  });

  it('has room for what the registry knows behind the flood, and a bound for that too', () => {
    const names = new CallNames();
    const tools = Object.fromEntries(Array.from({ length: 150 }, (_, at) => [`tool ${at}`, { readOnlyHint: true }]));
    const demo = server('demo', { tools });
    for (let at = 0; at < 1000; at++) names.tool(demo, `made-up-${at}`);
    expect(names.tool(demo, 'tool 7')).toBe('tool 7');
    expect(new Set(Object.keys(tools).map((name) => names.tool(demo, name))).size).toBe(81);
  });

  it('has no more servers than its cap', () => {
    const names = new CallNames({ servers: 2, tools: 5, unknownTools: 5 });
    expect(['a', 'b', 'c', 'a'].map((slug) => names.server(slug))).toEqual(['a', 'b', 'other', 'a']);
    expect(names.tool(server('c'), 'add')).toBe('other');
  });

  it.each([
    ['a key', 'lk_pat_Ab12Cd34Ab12Cd34'], ['a token', 'eyJhbGciOiJFUzI1NiJ9.e30.x'], ['the secret of a webhook', 'whsec_MfKQ9r8GKYqrTwjUPD8'], ['something long', `x${'y'.repeat(60)}`],
    ['a line', 'a\nb{c="d"}'], ['words', 'rm -rf /'], ['what every object has', '__proto__'],
  ])('does not take %s for a name', (_what, name) => {
    expect(new CallNames().tool(server('demo', { tools: {} }), name)).toBe('other');
  });
});
