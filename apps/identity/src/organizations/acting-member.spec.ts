import { narrowedBy } from './acting-member.ts';

const owner = { org: 'acme', name: 'Acme', role: 'owner', projects: {} } as const;
const member = { org: 'acme', name: 'Acme', role: 'member', projects: { prod: 'admin', lab: 'viewer' } } as const;

describe('narrowedBy', () => {
  it('leaves the whole membership where the assertion says the same', () => {
    expect(narrowedBy(owner, { org: 'owner', projects: {} })).toEqual(owner);
    expect(narrowedBy(member, { org: 'member', projects: member.projects })).toEqual(member);
  });

  it('makes an owner with a key for one project an administrator of that project', () => {
    expect(narrowedBy(owner, { org: 'member', projects: { prod: 'admin' } })).toMatchObject({ role: 'member', projects: { prod: 'admin' } });
  });

  it('believes no assertion that claims more than the tables say', () => {
    expect(narrowedBy(member, { org: 'owner', projects: { lab: 'admin', other: 'admin' } })).toEqual(member);
    expect(narrowedBy(member, { org: 'member', projects: { lab: 'admin', other: 'admin' } }).projects).toEqual({ lab: 'viewer' });
  });

  it('leaves nothing without roles', () => {
    expect(narrowedBy(owner, undefined)).toMatchObject({ role: 'member', projects: {} });
  });
});
