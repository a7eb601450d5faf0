import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { eventually } from '@latchkey/testing';
import { readSnapshot } from './read-snapshot.ts';

// A limit, not a wait: a process is started and killed again and again here, beside whatever else the machine does.
jest.setTimeout(120_000);

const key = Buffer.alloc(32, 7);
const tokens = 3000;

/** Writes one snapshot after the other, the n-th with n in all of its versions and in its position, until it is killed. */
const program = (path: string): string => `
  import { TokenTable } from ${JSON.stringify(new URL('../token-table/token-table.ts', import.meta.url).href)};
  import { writeSnapshot } from ${JSON.stringify(new URL('./write-snapshot.ts', import.meta.url).href)};
  import { createHash } from 'node:crypto';
  const table = new TokenTable();
  const users = Array.from({ length: 20_000 }, (_, id) => ({ version: 1, record: { kind: 'user', id: String(id), disabled: false, epoch: null } }));
  for (let round = 1; ; round += 1) {
    for (let index = 0; index < ${tokens}; index += 1) {
      const hash = createHash('sha256').update(String(index)).digest('base64url');
      table.apply({ kind: 'pat', id: String(index).padStart(8, '0'), hash, org: 'acme', owner: 'o', scopes: [], projects: null, grants: null,
        tools: null, mintedAt: round, expiresAt: null, revokedAt: null }, round);
    }
    await writeSnapshot(${JSON.stringify(path)}, Buffer.alloc(32, 7), { createdAtMs: 0, positions: { keys: { epoch: 'e', sequence: round } }, table, records: users });
    process.stdout.write('w');
  }`;

function start(path: string): ChildProcess {
  const options = ['--experimental-transform-types', '--conditions=@latchkey/source', '--disable-warning=ExperimentalWarning', '--input-type=module'];
  return spawn(process.execPath, [...options, '-e', program(path)], { stdio: ['ignore', 'pipe', 'inherit'] });
}

describe('a process that is killed while it writes', () => {
  it('leaves a snapshot that is whole, whenever it dies', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'latchkey-kill-'));
    const path = join(directory, 'replica.snapshot');
    let interrupted = 0;
    try {
      for (let kill = 0; kill < 12; kill += 1) {
        const child = start(path);
        await once(child.stdout!, 'data');
        // The moment of death is the input of this test: some time after a snapshot, or some time into the next one.
        if (kill % 2 === 1) await eventually(async () => (await readdir(directory)).some((name) => name.endsWith('.tmp')), { timeoutMs: 30_000 });
        await after(kill);
        child.kill('SIGKILL');
        await once(child, 'exit');
        const { snapshot, none } = await readSnapshot(path, key);
        expect(none).toBeUndefined();
        const table = snapshot!.table;
        expect([table.size, snapshot!.records.length]).toEqual([tokens, 20_000]);
        expect(new Set([...table.liveRows()].map((row) => table.versionOf(row)))).toEqual(new Set([snapshot!.positions.keys!.sequence]));
        const names = await readdir(directory);
        expect(names.length).toBeLessThanOrEqual(2);
        if (names.length === 2) interrupted += 1;
      }
    } finally {
      await rm(directory, { recursive: true });
    }
    // Otherwise every death fell between two writes, and nothing was shown.
    expect(interrupted).toBeGreaterThan(0);
  });
});
