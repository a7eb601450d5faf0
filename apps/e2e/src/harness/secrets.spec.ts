import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secrets } from './secrets.ts';

describe('Secrets', () => {
  const directory = mkdtempSync(join(tmpdir(), 'latchkey-secrets-'));
  afterAll(() => rmSync(directory, { recursive: true }));

  it('finds a secret in a log, names it and does not show it', () => {
    const secrets = new Secrets();
    secrets.add('the token', 'lk_pat_0123456789');
    secrets.add('another', 'not-in-any-log-file');
    expect(() => secrets.findIn([directory])).toThrow('Nothing was logged');
    writeFileSync(join(directory, 'a.log'), '{"msg":"hello"}\n');
    expect(secrets.findIn([directory])).toEqual([]);
    writeFileSync(join(directory, 'b.log'), '{"url":"/mcp/x/lk_pat_0123456789"}\n');
    expect(secrets.findIn([directory])).toEqual(['the token in b.log']);
  });
});
