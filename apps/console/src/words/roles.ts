import type { OrgRole, ProjectRole } from '@latchkey/contracts';

export const orgRoleWords: Readonly<Record<OrgRole, { name: string; may: string }>> = {
  owner: { name: 'Owner', may: 'Everything, and may name other owners and delete the organization.' },
  admin: { name: 'Administrator', may: 'Looks after members, servers and programs, and reaches every project.' },
  member: { name: 'Member', may: 'Uses and looks after what the roles in projects allow, and keys of their own.' },
};

export const projectRoleWords: Readonly<Record<ProjectRole, { name: string; may: string }>> = {
  admin: { name: 'Administrator', may: 'also looks after the servers and webhooks of the project, and gives roles in it' },
  contributor: { name: 'Contributor', may: 'also calls tools, and connects with what they call' },
  viewer: { name: 'Viewer', may: 'sees servers, tools and webhooks' },
};

/** What somebody may name others as: nobody gives more than they have. */
export const rolesToGive = (own: OrgRole): OrgRole[] => (own === 'owner' ? ['member', 'admin', 'owner'] : ['member', 'admin']);
