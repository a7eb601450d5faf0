import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { EnvironmentError, loadEnv } from './load-env.ts';

const schema = z.object({ PORT: z.coerce.number().int().min(1).default(8080), KEY: z.string().min(4), NAME: z.string() });

describe('loadEnv', () => {
  it('lists every problem at once and never a value', () => {
    try {
      loadEnv(schema, { PORT: 'secret-port', KEY: 'abc' });
      throw new Error('it passed');
    } catch (error) {
      expect(error).toBeInstanceOf(EnvironmentError);
      expect((error as EnvironmentError).problems).toHaveLength(3);
      expect((error as EnvironmentError).message).not.toMatch(/secret-port|abc/);
    }
  });

  it('reads a secret from the file that NAME_FILE names, without its last line end', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'env-')), 'key');
    writeFileSync(file, 'from-file\n');
    expect(loadEnv(schema, { KEY_FILE: file, NAME: 'n' })).toEqual({ PORT: 8080, KEY: 'from-file', NAME: 'n' });
  });

  it('refuses a variable that is given both ways', () => {
    expect(() => loadEnv(schema, { KEY: 'abcd', KEY_FILE: '/nowhere', NAME: 'n' })).toThrow(/both set/);
  });

  it('takes an empty variable as absent and freezes the result', () => {
    const env = loadEnv(schema, { PORT: '', KEY: 'abcd', NAME: 'n' });
    expect(env.PORT).toBe(8080);
    expect(Object.isFrozen(env)).toBe(true);
  });
});
