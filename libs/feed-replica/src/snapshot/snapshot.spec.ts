import { createHash, randomBytes } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { PatRecord } from '@latchkey/contracts';
import fc from 'fast-check';
import { unpackPublicId } from '../token-table/public-id.ts';
import { rowsPerChunk } from '../token-table/row-store.ts';
import { TokenTable } from '../token-table/token-table.ts';
import { headerBytes, makeHeader, sealPart, type PartKind } from './part-cipher.ts';
import { readSnapshot } from './read-snapshot.ts';
import type { OtherRecord, SnapshotSource } from './snapshot.ts';
import { writeSnapshot } from './write-snapshot.ts';

// Hundreds of files are written and read here, beside whatever else the machine does.
jest.setTimeout(60_000);

const key = randomBytes(32);
let directory: string;
let path: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'latchkey-snapshot-'));
  path = join(directory, 'replica.snapshot');
});
afterEach(() => rm(directory, { recursive: true }));

const pat = (index: number, more: Partial<PatRecord> = {}): PatRecord => ({
  kind: 'pat', id: unpackPublicId(index), hash: createHash('sha256').update(String(index)).digest('base64url'), org: `org-${index % 3}`,
  owner: `owner-${index % 7}`, scopes: ['mcp:read'], projects: null, grants: null, tools: index % 2 === 0 ? ['s:*'] : null,
  mintedAt: index, expiresAt: index % 4 === 0 ? index + 9 : null, revokedAt: index % 5 === 0 ? index + 1 : null, ...more,
});
const others: { version: number; record: OtherRecord }[] = [
  { version: 3, record: { kind: 'user', id: 'ü-1', disabled: false, epoch: 7 } },
  { version: 1, record: { kind: 'client', id: 'https://client.example/a?b\n', disabled: false, epoch: null } },
  { version: 9, record: { kind: 'member', user: 'u-1', memberships: [{ org: 'acme', role: 'member', projects: { web: 'viewer' }, epoch: null }] } },
  { version: 2, record: { kind: 'grant', id: 'g', revokedAt: 5, expiresAt: 6 } },
  { version: 1, record: { kind: 'jwks', keys: [{ kty: 'EC', x: 'y' }] } },
];
const positions = { keys: { epoch: 'k', sequence: 41 }, identity: { epoch: 'i', sequence: 7 } };

function source(tokens: number): SnapshotSource {
  const table = new TokenTable();
  for (let index = 0; index < tokens; index += 1) table.apply(pat(index), index + 1);
  return { createdAtMs: 1_800_000_000_000, positions, table, records: others };
}

async function load() {
  const { snapshot, none } = await readSnapshot(path, key);
  if (snapshot === undefined) throw new Error(none);
  return snapshot;
}
const reason = async (withKey: Uint8Array = key): Promise<string | undefined> => (await readSnapshot(path, withKey)).none;

/** What is in a table, whatever its rows are numbered. */
const contents = (table: TokenTable<unknown>) =>
  new Map([...table.liveRows()].map((row) => [table.idOf(row), { version: table.versionOf(row), record: table.recordOf(row) }]));

/** Of tens of thousands of rows Node says at once that they are the same; only where they are not, Jest has to look for the difference. */
function expectSame(table: TokenTable<unknown>, other: TokenTable<unknown>): void {
  const both = [contents(table), contents(other)] as const;
  if (!isDeepStrictEqual(...both)) expect(both[0]).toEqual(both[1]);
}

describe('a snapshot', () => {
  it('comes back as it went, and is nobody else’s to read', async () => {
    const written = source(100);
    const { bytes } = await writeSnapshot(path, key, written);
    const { mode, size } = await stat(path);
    expect([mode & 0o777, size]).toEqual([0o600, bytes]);
    expect(await readdir(directory)).toEqual(['replica.snapshot']);
    const read = await load();
    expect(contents(read.table)).toEqual(contents(written.table));
    expect([read.createdAtMs, read.positions]).toEqual([written.createdAtMs, positions]);
    expect(read.records.map(({ version, record }) => ({ version, record }))).toEqual(others);
    expect(read.records.map(({ subject }) => subject)).toContain('feed.identity.user.~' + createHash('sha256').update('ü-1').digest('base64url'));
    for (const index of [0, 50, 99]) expect(read.table.recordOf(read.table.find(pat(index).hash))).toEqual(pat(index));
  });

  it('may be of nothing at all', async () => {
    await writeSnapshot(path, key, { createdAtMs: 0, positions: {}, table: new TokenTable(), records: [] });
    expect(await load()).toMatchObject({ positions: {}, records: [], table: { size: 0 } });
  });

  it('goes on living: what was loaded takes changes like any table, and is written again', async () => {
    const written = source(rowsPerChunk + 50);
    for (let index = 0; index < rowsPerChunk; index += 2) written.table.remove(pat(index).id);
    await writeSnapshot(path, key, written);
    const { table } = await load();
    expect([table.size, table.policies.size, table.owners.size]).toEqual([written.table.size, written.table.policies.size, written.table.owners.size]);
    const { bytes } = table.rows;
    for (let index = 0; index < rowsPerChunk; index += 2) expect(table.apply(pat(index, { owner: 'new' }), 1)).toBe(true);
    expect(table.rows.bytes).toBe(bytes);
    expect(table.apply(pat(1), 1)).toBe(false);
    expect(table.apply(pat(5, { revokedAt: null }), 7)).toBe(true);
    expect(table.revokedAtOf(table.findId(pat(5).id))).toBe(6);
    await writeSnapshot(path, key, { createdAtMs: 1, positions, table, records: [] });
    expectSame((await load()).table, table);
  });

  it('holds nothing that can be read without the key', async () => {
    await writeSnapshot(path, key, source(10));
    const file = await readFile(path);
    for (const text of ['org-1', 'owner-1', 'mcp:read', 'client.example']) expect(file.includes(text)).toBe(false);
    expect(file.includes(Buffer.from(pat(1).hash, 'base64url'))).toBe(false);
  });

  it('never has the same bytes twice', async () => {
    const same = source(3);
    await writeSnapshot(path, key, same);
    const first = await readFile(path);
    await writeSnapshot(path, key, same);
    expect((await readFile(path)).subarray(24).equals(first.subarray(24))).toBe(false);
  });

  it('taken while the table changes is completed by what comes after its position, and gives no token the rights of another', async () => {
    const count = rowsPerChunk + 10;
    const table = new TokenTable();
    for (let index = 0; index < count; index += 1) table.apply(pat(index), 1);
    const writing = writeSnapshot(path, key, { createdAtMs: 1, positions, table, records: [] });
    let finished = false;
    void writing.finally(() => (finished = true));
    const sent: [PatRecord, number][] = [];
    const sentOf = new Map<string, [PatRecord, number][]>();
    let turn = 0;
    for (; !finished; turn += 1) {
      for (let step = 0; step < 20; step += 1) {
        const index = (turn * 7919 + step * 104_729) % count;
        if (step % 5 === 4) table.remove(pat(index).id);
        const next: [PatRecord, number] = [pat(index, { tools: [`t:${turn % 50}`], owner: `late-${turn % 9}` }), turn + 2];
        sent.push(next);
        sentOf.set(next[0].id, [...(sentOf.get(next[0].id) ?? []), next]);
        table.apply(...next);
      }
      await new Promise(setImmediate);
    }
    await writing;
    const read = await load();
    const early = contents(read.table);
    for (const [id, { version, record }] of early) {
      const later = sentOf.get(id)?.filter(([, at]) => at === version).map(([each]) => each) ?? [];
      if (version === 1) expect(record).toEqual(pat(record.mintedAt));
      else expect(later).toContainEqual(record);
    }
    for (const next of sent) read.table.apply(...next);
    expectSame(read.table, table);
    expect(turn).toBeGreaterThan(2);
  });

  it('has rows, policies and owners in more parts than one', async () => {
    const table = new TokenTable();
    for (let index = 0; index < rowsPerChunk + 1; index += 1) table.apply(pat(index, { owner: `${'o'.repeat(80)}${index}` }), 1);
    await writeSnapshot(path, key, { createdAtMs: 1, positions, table, records: [] });
    expectSame((await load()).table, table);
  });
});

describe('there is no snapshot', () => {
  it('where there is no file, no readable file, or something else', async () => {
    expect(await reason()).toBe('missing');
    await mkdir(path);
    expect(await reason()).toBe('not-a-file');
    await rm(path, { recursive: true });
    execFileSync('mkfifo', [path]);
    expect(await reason()).toBe('not-a-file');
    await rm(path);
    await writeFile(path, '');
    expect(await reason()).toBe('cut-off');
    expect((await readSnapshot(join(path, 'below-a-file'), key)).none).toBe('unreadable');
  });

  it('in text, in random bytes, in a header alone', async () => {
    for (const [bytes, expected] of [['{}', 'cut-off'], ['x'.repeat(500), 'not-a-snapshot'], [randomBytes(5000), 'not-a-snapshot'], [makeHeader(key), 'cut-off']] as const) {
      await writeFile(path, bytes);
      expect(await reason()).toBe(expected);
    }
  });

  it('of another key, format or byte order', async () => {
    await writeSnapshot(path, key, source(3));
    expect(await reason(randomBytes(32))).toBe('other-key');
    const file = await readFile(path);
    for (const [at, expected] of [[11, 'other-format'], [12, 'other-byte-order']] as const) {
      const other = Buffer.from(file);
      other[at]! ^= 1;
      await writeFile(path, other);
      expect(await reason()).toBe(expected);
    }
  });

  it('once it was cut off at any byte', async () => {
    await writeSnapshot(path, key, source(3));
    const file = await readFile(path);
    for (let length = file.length - 1; length >= 0; length -= 1) {
      await truncate(path, length);
      expect([length, await reason()]).toEqual([length, 'cut-off']);
    }
  });

  it('once any bit was flipped', async () => {
    await writeSnapshot(path, key, source(3));
    const file = await readFile(path);
    await fc.assert(
      fc.asyncProperty(fc.nat(file.length * 8 - 1), async (bit) => {
        const damaged = Buffer.from(file);
        damaged[bit >> 3]! ^= 1 << (bit & 7);
        await writeFile(path, damaged);
        expect(await reason()).toBeDefined();
      }),
      { numRuns: 800 },
    );
    for (let at = 0; at < headerBytes + 40; at += 1) {
      const damaged = Buffer.from(file);
      damaged[at]! ^= 0x80;
      await writeFile(path, damaged);
      expect(await reason()).toBeDefined();
    }
  });

  it('once bytes were added, removed or overwritten', async () => {
    await writeSnapshot(path, key, source(20));
    const file = await readFile(path);
    await fc.assert(
      fc.asyncProperty(fc.nat(file.length), fc.nat(40), fc.uint8Array({ maxLength: 40 }), async (at, gone, more) => {
        const damaged = Buffer.concat([file.subarray(0, at), more, file.subarray(at + gone)]);
        fc.pre(!damaged.equals(file));
        await writeFile(path, damaged);
        expect(await reason()).toBeDefined();
      }),
      { numRuns: 500 },
    );
  });

  it('once parts changed places, were left out, doubled, or came from another file of the same key', async () => {
    const parts = async (): Promise<Buffer[]> => {
      await writeSnapshot(path, key, source(20));
      const file = await readFile(path);
      const found = [file.subarray(0, headerBytes)];
      for (let at = headerBytes; at < file.length; ) {
        const length = 33 + file.readUInt32BE(at);
        found.push(file.subarray(at, at + length));
        at += length;
      }
      return found;
    };
    const [mine, theirs] = [await parts(), await parts()];
    expect(mine).toHaveLength(7);
    const refused = async (changed: (Buffer | undefined)[]): Promise<void> => {
      await writeFile(path, Buffer.concat(changed.filter((part) => part !== undefined)));
      expect(await reason()).toBeDefined();
    };
    for (let one = 1; one < mine.length; one += 1) {
      await refused(mine.with(one, undefined as never));
      await refused(mine.with(one, theirs[one]!));
      await refused([...mine.slice(0, one), mine[one], ...mine.slice(one)]);
      for (let two = one + 1; two < mine.length; two += 1) await refused(mine.with(one, mine[two]!).with(two, mine[one]!));
    }
    await refused(mine.with(0, theirs[0]!));
    await writeFile(path, Buffer.concat(mine));
    expect(await reason()).toBeUndefined();
  });

  it('in parts that are authentic and make no sense', async () => {
    const meta = { createdAtMs: 1, positions };
    const row = (bytes: number[]): Buffer => Buffer.from(new Uint32Array([...bytes, ...Array<number>(16).fill(0)].slice(0, 16)).buffer);
    const policy = [0, '{"org":"a","scopes":[],"projects":null,"grants":null,"tools":null}'];
    const good = [1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1];
    const write = async (parts: [PartKind, unknown][]): Promise<string | undefined> => {
      const header = makeHeader(key);
      const rowBytes = parts.filter(([kind]) => kind === 'rows').reduce((sum, [, content]) => sum + (content as Buffer).length, 0);
      const all: [PartKind, unknown][] = [...parts, ['end', { parts: parts.length, rowBytes, records: 0 }]];
      const sealed = all.flatMap(([kind, content], number) =>
        sealPart(key, header, number, kind, Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content))));
      await writeFile(path, Buffer.concat([header, ...sealed]));
      return reason();
    };
    expect(await write([['meta', meta], ['rows', row(good)], ['policies', [policy]], ['owners', [[0, 'o']]]])).toBeUndefined();
    for (const parts of [
      [], [['rows', row(good)]], [['meta', meta], ['meta', meta]], [['meta', {}]], [['meta', meta], ['rows', Buffer.alloc(63)]],
      [['meta', meta], ['rows', row(good)]],
      [['meta', meta], ['rows', row(good)], ['policies', [policy]]],
      [['meta', meta], ['rows', row(good)], ['policies', [policy, policy]], ['owners', [[0, 'o']]]],
      [['meta', meta], ['rows', row(good)], ['policies', [[0, '{"org":"a","scopes":["root"],"projects":null,"grants":null,"tools":null}']]], ['owners', [[0, 'o']]]],
      [['meta', meta], ['rows', row(good)], ['policies', [policy]], ['owners', [[-1, 'o'], [0, 'o']]]],
      [['meta', meta], ['rows', row(good.with(10, 0))], ['policies', [policy]], ['owners', [[0, 'o']]]],
      [['meta', meta], ['rows', row(good.with(9, 0xffff))], ['policies', [policy]], ['owners', [[0, 'o']]]],
      [['meta', meta], ['rows', row(good)], ['rows', row(good)], ['policies', [policy]], ['owners', [[0, 'o']]]],
      [['meta', meta], ['records', Buffer.from('nonsense')]],
      [['meta', meta], ['records', Buffer.from(JSON.stringify({ version: 1, record: pat(1) }))]],
    ] as [PartKind, unknown][][]) expect([parts, await write(parts)]).toEqual([parts, 'damaged']);
  });

  it('but a key of another length is a mistake that is told', async () => {
    await expect(readSnapshot(path, randomBytes(16))).rejects.toThrow(TypeError);
    await expect(writeSnapshot(path, randomBytes(31), source(1))).rejects.toThrow(TypeError);
  });
});

describe('a failed write', () => {
  it('leaves the snapshot before it, and nothing else', async () => {
    await writeSnapshot(path, key, source(3));
    const failing = { ...source(5), records: (function* () {
      yield* others;
      throw new Error('no more');
    })() };
    await expect(writeSnapshot(path, key, failing)).rejects.toThrow('no more');
    expect(await readdir(directory)).toEqual(['replica.snapshot']);
    expect((await load()).table.size).toBe(3);
    expect(failing.table.remove(pat(0).id)).toBe(true);
    expect(failing.table.policies.size).toBeGreaterThan(0);
  });

  it('between the last byte and the rename changes nothing, and the next one clears it away', async () => {
    await writeSnapshot(path, key, source(5));
    const leftover = `${path}.0123456789ab.tmp`;
    await writeFile(leftover, await readFile(path));
    await writeFile(`${path}.notes.tmp`, 'not ours');
    await writeSnapshot(path, key, source(3));
    expect((await readdir(directory)).sort()).toEqual(['replica.snapshot', 'replica.snapshot.notes.tmp']);
    expect((await load()).table.size).toBe(3);
  });
});
