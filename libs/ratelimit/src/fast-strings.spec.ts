import { execFileSync } from 'node:child_process';

/** What V8 keeps the methods of texts in is told only to those who speak to it in its own words, which jest does not. */
const hasFastStrings = (source: string): boolean => {
  const code = `${source} console.log(%HasFastProperties(String.prototype));`;
  const told = execFileSync(process.execPath, ['--conditions=@latchkey/source', '--experimental-transform-types', '--disable-warning=ExperimentalWarning', '--allow-natives-syntax', '--input-type=module', '-e', code], { cwd: import.meta.dirname });
  return told.toString().trim() === 'true';
};

describe('methods of texts', () => {
  it('become slow with what extends String, as the library does', () => {
    expect(hasFastStrings('')).toBe(true);
    expect(hasFastStrings(`await import('ioredis');`)).toBe(false);
  });

  it('are fast with this library, and stay it', () => {
    expect(hasFastStrings(`await import('./index.ts');`)).toBe(true);
    expect(hasFastStrings(`await import('./index.ts'); globalThis.made = new (class extends String {})('x');`)).toBe(true);
  });
});
