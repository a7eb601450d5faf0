import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@latchkey/telemetry';
import { eventually } from '@latchkey/testing';
import { z } from 'zod';
import { masterKeysSchema } from './master-keys.ts';
import { SecretFiles } from './secret-files.ts';

const key = (byte: number): string => Buffer.alloc(32, byte).toString('base64');

describe('SecretFiles', () => {
  let directory: string;
  let lines: string[];
  let used: Buffer[][];
  let secrets: SecretFiles;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'latchkey-test-secrets-'));
    [lines, used] = [[], []];
    put(1, key(1));
    secrets = new SecretFiles({
      schema: z.object({ KEY: masterKeysSchema, OTHER: z.string() }), source: { KEY_FILE: join(directory, 'key'), OTHER: 'given' },
      logger: createLogger('probe', 'info', { write: (line) => void lines.push(line) }), everyMs: 5,
    });
    secrets.on('KEY', (keys: Buffer[]) => void used.push(keys));
    secrets.on('OTHER', () => { throw new Error('it was not given as a file'); });
  });
  afterEach(() => {
    secrets.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  /** As Kubernetes updates a Secret: a new directory, and a symbolic link that is swapped in one step. */
  function put(version: number, text: string): void {
    mkdirSync(join(directory, `..${version}`));
    writeFileSync(join(directory, `..${version}`, 'key'), `${text}\n`);
    symlinkSync(`..${version}`, join(directory, '..new'));
    renameSync(join(directory, '..new'), join(directory, '..data'));
    if (version === 1) symlinkSync(join('..data', 'key'), join(directory, 'key'));
  }

  it('hands on what a swapped link shows, and says so without the value', async () => {
    secrets.start();
    put(2, `${key(2)},${key(1)}`);
    await eventually(() => used.length === 1);
    expect(used).toEqual([[Buffer.alloc(32, 2), Buffer.alloc(32, 1)]]);
    expect(lines.join()).toContain('a secret was read anew');
    expect(lines.join()).not.toContain(key(2));
  });

  it('looks at once on SIGHUP', async () => {
    secrets.stop();
    const patient = new SecretFiles({ schema: z.object({ KEY: masterKeysSchema }), source: { KEY_FILE: join(directory, 'key') }, logger: createLogger('probe', 'silent'), everyMs: 3_600_000 });
    patient.on('KEY', (keys: Buffer[]) => void used.push(keys));
    patient.start();
    try {
      put(2, key(2));
      process.emit('SIGHUP', 'SIGHUP');
      expect(used).toEqual([[Buffer.alloc(32, 2)]]);
    } finally {
      patient.stop();
    }
  });

  it('keeps what it has where the new content cannot be used, and complains once', () => {
    put(2, 'short-secret');
    secrets.look();
    secrets.look();
    rmSync(join(directory, 'key'));
    secrets.look();
    expect(used).toEqual([]);
    expect(lines.filter((line) => line.includes('cannot be used'))).toHaveLength(2);
    expect(lines.join()).not.toContain('short-secret');
  });
});
