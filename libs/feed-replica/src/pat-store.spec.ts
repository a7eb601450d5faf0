import type { PatRecord } from '@latchkey/contracts';
import { subjectOf } from '@latchkey/feed';
import { patRecord } from '@latchkey/feed/testing';
import { PatStore } from './pat-store.ts';

const regular = (more: Partial<PatRecord> = {}): PatRecord => patRecord('Ab12Cd34', more);
const stray = (more: Partial<PatRecord> = {}): PatRecord => patRecord('a-stray', more);

describe('the store of tokens', () => {
  it.each([['a token as they are minted', regular], ['whatever else the contract lets pass', stray]])('holds %s', (_name, record) => {
    const store = new PatStore();
    const { id, hash } = record();
    store.put(record(), 1);
    expect([store.byHash(hash), store.recordOf(id), store.versionOf(id), store.size]).toEqual([record(), record(), 1, 1]);
    store.put(record({ revokedAt: 9 }), 2);
    store.put(record({ tools: ['x'] }), 3);
    expect([store.byHash(hash), store.versionOf(id)]).toEqual([record({ revokedAt: 9, tools: ['x'] }), 3]);
    store.revoke(id, 5);
    store.revoke(id, 7);
    expect([...store.revoked()]).toEqual([record({ revokedAt: 5, tools: ['x'] })]);
    store.put(record({ hash: '1'.repeat(42) + 'A' }), 4);
    expect([store.byHash(hash), store.byHash('1'.repeat(42) + 'A')?.id]).toEqual([undefined, id]);
    expect([...store.versions()]).toEqual([[id, 4]]);
  });

  it('makes a record once, and anew when anything about it has changed', () => {
    const store = new PatStore();
    store.put(regular(), 1);
    const first = store.byHash(regular().hash);
    expect(store.byHash(regular().hash)).toBe(first);
    store.put(regular({ tools: ['x'] }), 2);
    expect(store.byHash(regular().hash)?.tools).toEqual(['x']);
    store.revoke('Ab12Cd34', 9);
    expect(store.byHash(regular().hash)?.revokedAt).toBe(9);
    expect(first).toEqual(regular());
    for (let index = 0; index < 9000; index += 1) {
      const { hash, id } = patRecord(String(index).padStart(8, '0'));
      store.put(patRecord(id), 1);
      expect(store.byHash(hash)?.id).toBe(id);
    }
    expect(store.byHash(regular().hash)?.revokedAt).toBe(9);
  });

  it('keeps apart what the present stream has not spoken of, and takes any version of it then', () => {
    const store = new PatStore();
    store.put(regular({ revokedAt: 9 }), 0);
    expect(store.versionOf('Ab12Cd34')).toBe(0);
    store.put(regular(), 1);
    expect([store.versionOf('Ab12Cd34'), store.recordOf('Ab12Cd34')?.revokedAt]).toEqual([1, 9]);
    store.put(patRecord('not a plain word'), 4);
    store.put(patRecord('Zz99Zz99'), 0);
    expect([...store.spoken()]).toEqual([['feed.keys.pat.Ab12Cd34', 1], [subjectOf(patRecord('not a plain word')), 4]]);
  });

  it('holds a token that the table refuses, and forgets its former hash', () => {
    const store = new PatStore();
    const other = patRecord('Zz99Zz99');
    store.put(other, 1);
    store.put(regular({ revokedAt: 9 }), 1);
    store.put(regular({ hash: other.hash }), 2);
    expect(store.byHash(regular().hash)).toBeUndefined();
    expect([store.versionOf('Ab12Cd34'), store.recordOf('Ab12Cd34')?.revokedAt, store.strayCount]).toEqual([2, 9, 1]);
    expect(store.byHash(other.hash)?.id).toBe('Zz99Zz99');
    expect([...store.versions()]).toEqual([['Zz99Zz99', 1], ['Ab12Cd34', 2]]);
  });
});
