import { createHash } from 'node:crypto';
import type { PatRecord } from '@latchkey/contracts';
import fc from 'fast-check';
import { policyKey } from './policy.ts';
import { restoreTable } from './restore-table.ts';
import { rowsPerChunk } from './row-store.ts';
import { TokenTable } from './token-table.ts';
import { unpackPublicId } from './public-id.ts';

const hash43 = (seed: string): string => createHash('sha256').update(seed).digest('base64url');
const record = (id: string, more: Partial<PatRecord> = {}): PatRecord => ({
  kind: 'pat', id, hash: hash43(id), org: 'acme', owner: '8c5f3a1e-0000-4000-8000-000000000001', scopes: ['mcp:read'],
  projects: null, grants: null, tools: null, mintedAt: 1_700_000_000, expiresAt: null, revokedAt: null, ...more,
});
const numbered = (index: number): PatRecord => record(unpackPublicId(index * 2_654_435_761));

/** What the table promises, said with a Map. */
class Model {
  readonly held = new Map<string, { version: number; record: PatRecord }>();

  apply(next: PatRecord, version: number): boolean | 'refused' {
    const known = this.held.get(next.id);
    if (known !== undefined && known.version >= version) return false;
    for (const { record: other } of this.held.values()) if (other.hash === next.hash && other.id !== next.id) return 'refused';
    const times = [known?.record.revokedAt, next.revokedAt].filter((time) => typeof time === 'number');
    this.held.set(next.id, { version, record: { ...next, revokedAt: times.length > 0 ? Math.min(...times) : null } });
    return true;
  }

  revoke(id: string, at: number): boolean {
    const known = this.held.get(id);
    if (known === undefined || (known.record.revokedAt !== null && known.record.revokedAt <= at)) return false;
    known.record = { ...known.record, revokedAt: at };
    return true;
  }
}

function expectEqual(table: TokenTable<unknown>, model: Model): void {
  expect(table.size).toBe(model.held.size);
  for (const [id, { version, record: expected }] of model.held) {
    const row = table.find(expected.hash);
    expect(row).not.toBe(-1);
    expect(table.findId(id)).toBe(row);
    expect(table.findBytes(Buffer.from(expected.hash, 'base64url'))).toBe(row);
    expect(table.versionOf(row)).toBe(version);
    expect(table.recordOf(row)).toEqual(expected);
  }
  expect([...table.liveRows()].map((row) => table.idOf(row)).sort()).toEqual([...model.held.keys()].sort());
  expect(table.policies.size).toBe(new Set([...model.held.values()].map(({ record: { org, scopes, tools, allowedIps, rateLimit } }) => JSON.stringify([org, scopes, tools, allowedIps, rateLimit]))).size);
  expect(table.owners.size).toBe(new Set([...model.held.values()].map(({ record: { owner } }) => owner)).size);
}

/** Few ids and hashes, so that they meet; of the hashes, most share their first 8 or 31 bytes, which is all that places them. */
const ids = fc.integer({ min: 0, max: 40 }).map((index) => unpackPublicId(index === 0 ? 0 : 62 ** 8 - index));
const hashes = fc.integer({ min: 0, max: 80 }).map((index) => {
  const bytes = Buffer.alloc(32, index % 3);
  bytes[index % 2 === 0 ? 31 : 8 + (index % 23)] = index + 3;
  return bytes.toString('base64url');
});
const times = fc.oneof(fc.constant(null), fc.nat(20), fc.constant(2 ** 32 - 2));
const versions = fc.oneof(fc.integer({ min: 1, max: 6 }), fc.constantFrom(2 ** 31, 2 ** 32, 2 ** 32 + 1, 2 ** 48, 2 ** 48 + 2 ** 33, Number.MAX_SAFE_INTEGER));
const records = fc.record({ id: ids, hash: hashes, owner: fc.constantFrom('a', 'b', '8c5f3a1e-0000-4000-8000-000000000001', ''), org: fc.constantFrom('x', 'y'),
  scopes: fc.subarray(['mcp:read', 'keys:read'] as const).map((scopes) => [...scopes]), tools: fc.constantFrom<string[] | null>(null, [], ['s:*']),
  mintedAt: fc.constantFrom(0, 2 ** 32 - 2), expiresAt: times, revokedAt: times });
/** Bounds that few keys have: absent, and not null, where a key has none. */
const limits = fc.record({ allowedIps: fc.constant<string[]>(['10.0.0.0/8']), rateLimit: fc.record({ limit: fc.integer({ min: 1, max: 2 }), windowSeconds: fc.constant(60) }) }, { requiredKeys: [] });
const steps = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('apply' as const), record: fc.tuple(records, limits).map(([record, more]) => ({ ...record, ...more })), version: versions }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('remove' as const), id: ids }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('revoke' as const), id: ids, at: fc.nat(20) }) },
);

describe('the token table', () => {
  it('does what a Map would do, whatever happens in whatever order', () => {
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 150, size: 'max' }), fc.integer(), (sequence, seed) => {
        const table = new TokenTable({ seed: new Uint32Array([seed, ~seed]) });
        const model = new Model();
        for (const step of sequence) {
          if (step.do === 'apply') {
            const next = record(step.record.id, step.record);
            const expected = model.apply(next, step.version);
            if (expected === 'refused') expect(() => table.apply(next, step.version)).toThrow(RangeError);
            else expect(table.apply(next, step.version)).toBe(expected);
          } else if (step.do === 'remove') expect(table.remove(step.id)).toBe(model.held.delete(step.id));
          else expect(table.revoke(step.id, step.at)).toBe(model.revoke(step.id, step.at));
        }
        expectEqual(table, model);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps every token through all growths, past the end of a chunk, and through removals between', () => {
    const table = new TokenTable();
    const count = rowsPerChunk + 5;
    const all = Array.from({ length: count }, (_, index) => numbered(index));
    for (const each of all) table.apply(each, 1);
    expect(table.size).toBe(count);
    for (let index = 0; index < count; index += 3) expect(table.remove(all[index]!.id)).toBe(true);
    const bytes = table.rows.bytes;
    for (let index = 0; index < count; index += 1) {
      const { id, hash } = all[index]!;
      const row = table.find(hash);
      expect(row !== -1).toBe(index % 3 !== 0);
      expect(table.findId(id)).toBe(row);
      if (row !== -1 && table.idOf(row) !== id) throw new Error('found another');
    }
    for (let index = 0; index < count; index += 3) table.apply(all[index]!, 2);
    expect(table.rows.bytes).toBe(bytes);
    for (let index = 0; index < count; index += 1) {
      const row = table.find(all[index]!.hash);
      if (row === -1 || table.idOf(row) !== all[index]!.id || table.versionOf(row) !== (index % 3 === 0 ? 2 : 1)) throw new Error(`lost ${index}`);
    }
  });

  it('never takes a hash for another that differs in a single bit', () => {
    const table = new TokenTable();
    const bytes = createHash('sha256').update('x').digest();
    table.apply(record('00000001', { hash: bytes.toString('base64url') }), 1);
    for (let bit = 0; bit < 256; bit += 1) {
      const other = Buffer.from(bytes);
      other[bit >> 3]! ^= 1 << (bit & 7);
      expect(table.findBytes(other)).toBe(-1);
      expect(table.find(other.toString('base64url'))).toBe(-1);
    }
  });

  it('finds its way in a cluster of hashes that share their first 64 bits, also after removals from its middle', () => {
    const table = new TokenTable();
    const clustered = (index: number): PatRecord => {
      const bytes = createHash('sha256').update(String(index)).digest();
      bytes.fill(7, 0, 8);
      return record(unpackPublicId(index), { hash: bytes.toString('base64url') });
    };
    for (let index = 0; index < 500; index += 1) table.apply(clustered(index), 1);
    for (let index = 0; index < 500; index += 2) table.remove(clustered(index).id);
    for (let index = 0; index < 500; index += 1) expect(table.find(clustered(index).hash) !== -1).toBe(index % 2 === 1);
  });

  it('places the same tokens elsewhere in every table', () => {
    const order = (): string => {
      const table = new TokenTable();
      for (let index = 0; index < 200; index += 1) table.apply(numbered(index), 1);
      return JSON.stringify((table as unknown as { byHash: { segments: Uint32Array[] } }).byHash.segments.map((segment) => [...segment]));
    };
    expect(order()).not.toBe(order());
  });

  it('holds what no time can be counted in 32 bits as the last one that can, and never as "none"', () => {
    const table = new TokenTable();
    table.apply(record('00000001', { mintedAt: 2 ** 33, expiresAt: 2 ** 32 - 1, revokedAt: 2 ** 40 }), 1);
    expect(table.recordOf(table.findId('00000001'))).toMatchObject({ mintedAt: 2 ** 32 - 2, expiresAt: 2 ** 32 - 2, revokedAt: 2 ** 32 - 2 });
  });

  it('refuses what no token can be, and stays as it was', () => {
    const table = new TokenTable();
    table.apply(record('00000001'), 1);
    for (const [bad, version] of [
      [record('short'), 1], [record('00000002', { hash: 'a'.repeat(42) }), 1], [record('00000002', { hash: `${'a'.repeat(42)}b` }), 1],
      [record('00000002', { hash: hash43('00000001') }), 1], [record('00000002'), 0], [record('00000002'), 1.5], [record('00000002'), 2 ** 53],
      [record('00000001', { scopes: ['nonsense' as 'mcp:read'] }), 2],
    ] as const) expect(() => table.apply(bad, version)).toThrow();
    expect([table.size, table.policies.size, table.owners.size]).toEqual([1, 1, 1]);
    expect(table.recordOf(table.findId('00000001'))).toEqual(record('00000001'));
    for (const text of ['', 'x', hash43('a').slice(1), `${hash43('a')}=`]) expect(table.find(text)).toBe(-1);
    expect([table.findBytes(Buffer.alloc(31)), table.findId(''), table.remove('00000009')]).toEqual([-1, -1, false]);
  });

  it('compiles a policy once, for all tokens that have it, and again only after none had it', () => {
    const compiled: string[] = [];
    const table = new TokenTable({ compile: ({ org }) => compiled.push(org) });
    for (let index = 0; index < 100; index += 1) table.apply(numbered(index), 1);
    expect(compiled).toEqual(['acme']);
    expect(table.policyOf(table.findId(numbered(1).id))).toBe(table.policyOf(table.findId(numbered(2).id)));
    expect(() => (table.policyOf(0).scopes as string[]).push('org:admin')).toThrow(TypeError);
    for (let version = 2; version < 1000; version += 1) table.apply({ ...numbered(0), tools: [`s:${version}`] }, version);
    expect(table.policies.size).toBe(2);
  });

  it('knows a policy by its text, in whatever order a record has it', () => {
    const table = new TokenTable();
    const grants: PatRecord['grants'] = [{ actions: ['read'], resource: 'org/acme' }];
    table.apply({ ...numbered(0), grants }, 1);
    table.apply({ ...numbered(1), grants }, 1);
    expect(table.policies.size).toBe(1);
    for (const index of [0, 1]) table.apply({ ...numbered(index), grants: null }, 2);
    expect(table.policies.size).toBe(1);
    table.apply({ ...numbered(2), tools: ['s:x'] }, 1);
    table.apply({ ...numbered(3), grants }, 1);
    expect(table.policyOf(table.findId(numbered(3).id))).toMatchObject({ tools: null, grants: [{ resource: 'org/acme', actions: ['read'] }] });
  });

  it('moves a few thousand slots at most when an index grows', () => {
    const table = new TokenTable();
    for (let index = 0; index < 20_000; index += 1) table.apply(numbered(index), 1);
    expect(table.largestMove).toBeLessThan((20_000 / 256) * 2);
  });
});

describe('a table restored from images', () => {
  async function restored(rows: [PatRecord, number][]): Promise<TokenTable> {
    // One table per row, so that the same token can be in an image twice.
    const image = Buffer.concat(rows.map(([each, version]) => {
      const table = new TokenTable();
      table.apply(each, version);
      return table.rows.chunkImage(0);
    }));
    const table = new TokenTable();
    table.rows.appendImage(image);
    await restoreTable(table, { policies: [[0, policyKey(numbered(0))]], owners: [[0, numbered(0).owner]] });
    return table;
  }

  it('has the higher version of a token that was in them twice, and its revocation whichever version had it', async () => {
    const rows: [PatRecord, number][] = [[numbered(1), 1], [numbered(0), 5], [numbered(2), 1], [record(numbered(0).id, { revokedAt: 77 }), 4], [record(numbered(0).id, { mintedAt: 5 }), 6]];
    for (const order of [rows, [...rows].reverse()]) {
      const table = await restored(order);
      expect(table.size).toBe(3);
      const row = table.find(numbered(0).hash);
      expect([table.findId(numbered(0).id), table.versionOf(row), table.mintedAtOf(row), table.revokedAtOf(row)]).toEqual([row, 6, 5, 77]);
      expect(table.remove(numbered(0).id)).toBe(true);
      expect([table.find(numbered(0).hash), table.findId(numbered(0).id)]).toEqual([-1, -1]);
      table.apply(numbered(3), 1);
      table.apply(numbered(4), 1);
      expect([...table.liveRows()]).toHaveLength(4);
      expect([table.policies.size, table.owners.size]).toEqual([1, 1]);
    }
  });

  it('is refused when two tokens have one hash', async () => {
    await expect(restored([[numbered(0), 1], [{ ...numbered(1), hash: numbered(0).hash }, 1]])).rejects.toThrow(RangeError);
  });
});
