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

  it('says what is missing with what it is for and how to give it, and applies rules to what is right', () => {
    const described = z.object({ KEY: z.string().describe('Opens the door.'), PORT: z.coerce.number(), SIZE: z.coerce.number().default(3) });
    try {
      loadEnv(described, { PORT: 'x' }, ({ PORT, SIZE }) => (PORT === undefined && SIZE === 3 ? ['SIZE: does not fit. Take 4.'] : []));
      throw new Error('it passed');
    } catch (error) {
      expect((error as EnvironmentError).problems).toEqual([
        'KEY: is missing. Opens the door. Set it, or KEY_FILE to a file that holds it.', expect.stringMatching(/^PORT: /), 'SIZE: does not fit. Take 4.',
      ]);
      expect((error as EnvironmentError).readable).toEqual({ SIZE: 3 });
    }
  });

  it('takes an empty variable as absent and freezes the result', () => {
    const env = loadEnv(schema, { PORT: '', KEY: 'abcd', NAME: 'n' });
    expect(env.PORT).toBe(8080);
    expect(Object.isFrozen(env)).toBe(true);
  });
});
