import fc from 'fast-check';
import { canonicalResource, resourceMetadataUrl } from './resource.ts';

describe('canonicalResource', () => {
  it.each([
    ['HTTPS://Gate.Example/mcp/demo/', 'https://gate.example/mcp/demo'],
    ['https://gate.example:443/mcp', 'https://gate.example/mcp'],
    ['http://localhost:8080/mcp/demo', 'http://localhost:8080/mcp/demo'],
  ])('spells %s as %s', (text, expected) => expect(canonicalResource(text)).toBe(expected));

  it.each(['https://gate.example/mcp#x', 'https://gate.example/mcp#', 'mcp/demo', 'javascript:alert(1)', 'https://a@b/mcp', 'https://b/mcp?x=1', '', 'https://b/mcp/../v1', 'https://b/mcp/./demo', 'https://b\\mcp', 'https://b/mcp ', 'https://b/mcp\u0000', 'https://b/m\u0435p', 'https://b/mcp//', ' https://b/mcp', 'https:b/mcp', 'https:///b/mcp'])(
    'refuses %p',
    (text) => expect(canonicalResource(text)).toBeNull(),
  );

  it('is idempotent', () => {
    fc.assert(
      fc.property(fc.webUrl(), (text) => {
        const once = canonicalResource(text);
        if (once !== null) expect(canonicalResource(once)).toBe(once);
      }),
    );
  });
});

describe('resourceMetadataUrl', () => {
  it('puts the well-known part between host and path', () => {
    expect(resourceMetadataUrl('https://gate.example/mcp/demo')).toBe('https://gate.example/.well-known/oauth-protected-resource/mcp/demo');
  });
});
