import type { ConnectionRecord } from '@latchkey/contracts';
import { verifies } from '@latchkey/testing';
import { chooseConnection } from './choose-connection.ts';

const origin = 'https://up.example';
const made = (id: string, more: Partial<ConnectionRecord> = {}): ConnectionRecord => ({ kind: 'connection', id, org: 'acme', project: 'main', server: 'demo', per: 'project', origin, createdAt: 1, revokedAt: null, ...more });
const ids = (...args: Parameters<typeof chooseConnection>) => {
  const choice = chooseConnection(...args);
  return typeof choice === 'string' ? choice : choice.map(({ id }) => id);
};
const all = [made('a'), made('b', { per: 'user' }), made('c'), made('d', { per: 'user' })];

describe('which connection a call takes', () => {
  verifies('G7', 'is the caller’s own before the project’s, and of several the oldest', () => {
    expect(ids(all, { origin, named: undefined, hasHolder: true })).toEqual(['b', 'a']);
    expect(ids(all.slice(2), { origin, named: undefined, hasHolder: true })).toEqual(['d', 'c']);
  });

  it('is the project’s for a key that is nobody’s', () => {
    expect(ids(all, { origin, named: undefined, hasHolder: false })).toEqual(['a']);
    expect(ids([made('b', { per: 'user' })], { origin, named: undefined, hasHolder: false })).toEqual([]);
  });

  verifies('G7', 'is the named one and no other', () => {
    expect(ids(all, { origin, named: 'C', hasHolder: true })).toEqual(['c']);
    expect(ids(all, { origin, named: 'd', hasHolder: false })).toEqual(['d']);
    expect(ids(all, { origin, named: 'x', hasHolder: true })).toBe('unknown');
  });

  verifies('G7', 'is none that was made for another place', () => {
    const moved = all.map((record) => ({ ...record, origin: 'https://up.example:8443' }));
    expect(ids(moved, { origin, named: undefined, hasHolder: true })).toBe('moved');
    expect(ids(moved, { origin, named: 'a', hasHolder: true })).toBe('moved');
    expect(ids([...moved, made('e')], { origin, named: undefined, hasHolder: true })).toEqual(['e']);
    expect(ids([], { origin, named: undefined, hasHolder: true })).toEqual([]);
  });
});
