import * as invitations from '../../http/invitations.ts';
import { pageQuerySchema } from '../../http/lists.ts';
import * as organizations from '../../http/organizations.ts';
import { defineOperations } from '../operation.ts';

export const organizationOperations = defineOperations({
  listOrganizations: {
    method: 'get', path: '/v1/orgs', scope: 'org:read', summary: 'List organizations', description: 'Those that the credential may see: its own.', query: pageQuerySchema, status: 200, answer: organizations.organizationPageSchema,
    refusals: ['not_found'],
  },
  createOrganization: {
    method: 'post', path: '/v1/orgs', scope: 'org:admin', summary: 'Found an organization', description: 'The slug is for ever.',
    body: organizations.createOrganizationSchema, status: 201, answer: organizations.createdOrganizationSchema, refusals: ['conflict', 'policy_violation'],
    examples: { body: { slug: 'acme', name: 'Acme' } },
  },
  showOrganization: { method: 'get', path: '/v1/orgs/{org}', scope: 'org:read', summary: 'Show an organization', status: 200, answer: organizations.organizationSchema },
  renameOrganization: {
    method: 'patch', path: '/v1/orgs/{org}', scope: 'org:admin', summary: 'Rename an organization', body: organizations.renameSchema, status: 200, answer: organizations.organizationSchema,
  },
  deleteOrganization: {
    method: 'delete', path: '/v1/orgs/{org}', scope: 'org:admin', summary: 'Delete an organization', description: 'For owners. Every credential of it is dead.',
    status: 200, answer: organizations.deletedOrganizationSchema, refusals: ['conflict'],
  },
  revokeOrganization: {
    method: 'post', path: '/v1/orgs/{org}/revoke', scope: 'org:admin', summary: 'End everything that was issued in an organization', description: 'Tokens and keys alike, as one event.',
    status: 200, answer: organizations.revokedByEpochSchema,
  },
});

export const memberOperations = defineOperations({
  listMembers: {
    method: 'get', path: '/v1/members', scope: 'org:read', summary: 'List members', query: organizations.listMembersQuerySchema, status: 200, answer: organizations.memberPageSchema, refusals: ['not_found'],
  },
  changeMember: {
    method: 'patch', path: '/v1/members/{user}', scope: 'org:admin', summary: 'Change roles of a member',
    body: organizations.changeMemberSchema, status: 200, answer: organizations.changedMemberSchema, refusals: ['conflict', 'policy_violation'],
    examples: { body: { role: 'member', projects: { prod: 'contributor', test: null } } },
  },
  revokeMember: {
    method: 'post', path: '/v1/members/{user}/revoke', scope: 'org:admin', summary: 'End everything that a member holds in the organization', status: 200, answer: organizations.revokedByEpochSchema,
  },
  removeMember: {
    method: 'delete', path: '/v1/members/{user}', scope: 'org:admin', summary: 'Remove a member', status: 200, answer: organizations.removedMemberSchema, refusals: ['conflict', 'policy_violation'],
  },
  createInvitation: {
    method: 'post', path: '/v1/members/invitations', scope: 'org:admin', summary: 'Invite somebody', description: 'The link is mailed, and shown nowhere.',
    body: invitations.createInvitationSchema, status: 201, answer: invitations.invitationSchema, refusals: ['conflict', 'policy_violation', 'not_found'],
    examples: { body: { email: 'ann@example.com', role: 'member', projects: { prod: 'viewer' } } },
  },
  listInvitations: {
    method: 'get', path: '/v1/members/invitations', scope: 'org:read', summary: 'List invitations', query: invitations.listInvitationsQuerySchema, status: 200, answer: invitations.invitationPageSchema, refusals: ['not_found'],
  },
  resendInvitation: {
    method: 'post', path: '/v1/members/invitations/{id}/resend', scope: 'org:admin', summary: 'Mail an invitation again', description: 'With a new link; the old one ends.',
    status: 200, answer: invitations.invitationSchema, refusals: ['conflict', 'policy_violation'],
  },
  revokeInvitation: {
    method: 'delete', path: '/v1/members/invitations/{id}', scope: 'org:admin', summary: 'Take an invitation back', status: 200, answer: invitations.invitationSchema, refusals: ['conflict'],
  },
});
