import type { IncomingMessage } from 'node:http';
import { verifies } from '@latchkey/testing';
import { readAuthzTarget } from './authz-path.ts';

const read = (url: string, ...rawHeaders: string[]): string | null => {
  try {
    return readAuthzTarget({ url, rawHeaders } as unknown as IncomingMessage);
  } catch (error) {
    return `refused ${(error as { status: number }).status}`;
  }
};

describe('what a proxy asks about', () => {
  verifies('G14', 'is what its configuration says in the path, whatever a caller says in headers', () => {
    const spoofed = ['X-Original-URI', '/mcp/mine', 'X-Forwarded-Uri', '/mcp/other'];
    expect(read('/authz/servers/demo', ...spoofed)).toBe('demo');
    expect(read('/authz/servers/demo/../mine?server=mine', ...spoofed)).toBe('demo');
    expect(read('/authz/credential/mcp/mine', ...spoofed)).toBeNull();
    expect(read('/authz/uri/mcp/demo/x?y=/mcp/mine', ...spoofed)).toBe('demo');
    expect(read('/authz/uri/', ...spoofed)).toBeNull();
  });

  verifies('G14', 'or the one thing that all headers agree on', () => {
    expect(read('/authz')).toBeNull();
    expect(read('/authz/?x=1')).toBeNull();
    expect(read('/authz', 'X-Original-URI', '/mcp/demo?a=b')).toBe('demo');
    expect(read('/authz', 'x-original-url', 'https://app.example/mcp/demo/tools', 'x-forwarded-uri', '/mcp/demo/tools?x')).toBe('demo');
    expect(read('/authz', 'X-Original-URI', '/reports')).toBeNull();
    for (const [one, other] of [['/mcp/demo', '/mcp/mine'], ['/mcp/demo', '/'], ['/reports', '/mcp/mine']] as const) {
      expect(read('/authz', 'X-Original-URI', one, 'X-Forwarded-Uri', other)).toBe('refused 403');
      expect(read('/authz', 'X-Original-URI', one, 'X-Original-URI', other)).toBe('refused 403');
    }
  });

  verifies('G14', 'and nothing that could be read in two ways', () => {
    for (const uri of ['/x/../mcp/demo', '/x/%2e%2e/mcp/demo', '/x%2f..%2fmcp/demo', '/x%2f../mcp/demo', '/%2Fmcp/demo', '//mcp/demo', '/mcp\\demo', '/mcp/%64emo', '/%6dcp/demo', '/MCP/demo', '/mcp', '/mcp/', '/mcp/DEMO', '/%', 'mcp/demo']) {
      expect([uri, read('/authz', 'X-Original-URI', uri)]).toEqual([uri, 'refused 403']);
      if (uri.startsWith('/')) expect([uri, read(`/authz/uri${uri}`)]).toEqual([uri, 'refused 403']);
    }
    for (const uri of ['/x/..;/mcp/demo', '/x/..;a=b/mcp/demo', '/x/.;/mcp/demo', '/x/%2e%2e%3b/mcp/demo', '/;/mcp/demo', '/%3Bx/mcp/demo', '/mcp;a/demo', '/mcp%3ba/demo', '/MCP;/demo', '/mcp;/', '/mcp;a', '/mcp/demo;a', '/mcp/demo/..;/mine', '/x;/..;/mcp/demo']) {
      expect([uri, read('/authz', 'X-Original-URI', uri)]).toEqual([uri, 'refused 403']);
      expect([uri, read(`/authz/uri${uri}`)]).toEqual([uri, 'refused 403']);
    }
    // Parameters that change nothing about what is asked for are none of ours.
    expect([read('/authz/uri/mcp/demo/x;v=1/y'), read('/authz/uri/reports;v=1/x'), read('/authz', 'X-Original-URI', '/mcpx;a/demo')]).toEqual(['demo', null, null]);
    for (const url of ['/authz/demo', '/authz/servers', '/authz/servers/', '/authz/servers/De', '/authz/credentials', '/authz//']) expect([url, read(url)]).toEqual([url, 'refused 403']);
  });
});
