import type { OrgRole, ProjectRole } from '@latchkey/contracts';
import { requireRank } from './member-rules.ts';

const of = (role: OrgRole, projects: Record<string, ProjectRole> = {}) => ({ org: 'acme', name: 'Acme', role, projects });
const roles: OrgRole[] = ['owner', 'admin', 'member'];
const refused = { code: 'insufficient_role' };

describe('requireRank', () => {
  it('lets an owner make anything of anybody', () => {
    for (const before of [...roles, null]) for (const after of roles) expect(() => requireRank(of('owner'), { before, after, projects: ['prod'] })).not.toThrow();
  });

  it('keeps an administrator away from owners, and nobody else', () => {
    for (const before of [...roles, null]) {
      for (const after of roles) {
        const attempt = () => requireRank(of('admin'), { before, after, projects: ['prod'] });
        if (before === 'owner' || after === 'owner') expect(attempt).toThrow(expect.objectContaining(refused));
        else expect(attempt).not.toThrow();
      }
    }
  });

  it('leaves the administrator of a project the roles in that project', () => {
    const acting = of('member', { prod: 'admin', lab: 'contributor' });
    expect(() => requireRank(acting, { before: 'member', after: 'member', projects: ['prod'] })).not.toThrow();
    expect(() => requireRank(acting, { before: 'member', after: 'member', projects: ['prod', 'lab'] })).toThrow(expect.objectContaining(refused));
    expect(() => requireRank(acting, { before: 'member', after: 'admin', projects: ['prod'] })).toThrow(expect.objectContaining(refused));
    expect(() => requireRank(acting, { before: null, after: 'member', projects: ['prod'] })).toThrow(expect.objectContaining(refused));
    expect(() => requireRank(acting, { before: 'member', after: 'member', projects: ['constructor'] })).toThrow(expect.objectContaining(refused));
  });
});
