import { changedMemberSchema, memberPageSchema, renameSchema, withinOrgQuerySchema } from '../../http/organizations.ts';
import * as projects from '../../http/projects.ts';
import { defineOperations } from '../operation.ts';

export const projectOperations = defineOperations({
  createProject: {
    method: 'post', path: '/v1/projects', scope: 'org:admin', summary: 'Open a project', body: projects.createProjectSchema, status: 201, answer: projects.projectSchema, refusals: ['conflict', 'not_found'],
    examples: { body: { slug: 'prod', name: 'Production' } },
  },
  listProjects: { method: 'get', path: '/v1/projects', scope: 'org:read', summary: 'List projects', query: withinOrgQuerySchema, status: 200, answer: projects.projectPageSchema, refusals: ['not_found'] },
  showProject: { method: 'get', path: '/v1/projects/{project}', scope: 'org:read', summary: 'Show a project', status: 200, answer: projects.projectSchema },
  renameProject: { method: 'patch', path: '/v1/projects/{project}', scope: 'org:admin', summary: 'Rename a project', body: renameSchema, status: 200, answer: projects.projectSchema },
  deleteProject: {
    method: 'delete', path: '/v1/projects/{project}', scope: 'org:admin', summary: 'Delete an empty project', status: 200, answer: projects.deletedProjectSchema, refusals: ['conflict'],
  },
  createFolder: {
    method: 'post', path: '/v1/projects/{project}/folders', scope: 'servers:write', summary: 'Make a folder', body: projects.createFolderSchema, status: 201, answer: projects.folderSchema, refusals: ['conflict'],
  },
  listFolders: {
    method: 'get', path: '/v1/projects/{project}/folders', scope: 'servers:read', summary: 'List folders', query: projects.listFoldersQuerySchema, status: 200, answer: projects.folderPageSchema,
  },
  renameFolder: {
    method: 'patch', path: '/v1/projects/{project}/folders/{folder}', scope: 'servers:write', summary: 'Rename a folder', body: renameSchema, status: 200, answer: projects.folderSchema,
  },
  deleteFolder: {
    method: 'delete', path: '/v1/projects/{project}/folders/{folder}', scope: 'servers:write', summary: 'Delete an empty folder', status: 200, answer: projects.deletedFolderSchema, refusals: ['conflict'],
  },
  listProjectMembers: {
    method: 'get', path: '/v1/projects/{project}/members', scope: 'org:read', summary: 'List who may work in a project',
    query: projects.listProjectMembersQuerySchema, status: 200, answer: memberPageSchema,
  },
  giveProjectRole: {
    method: 'put', path: '/v1/projects/{project}/members/{user}', scope: 'org:admin', summary: 'Give a member a role in a project',
    body: projects.projectMemberSchema, status: 200, answer: changedMemberSchema, refusals: ['conflict', 'policy_violation'],
  },
  takeProjectRole: {
    method: 'delete', path: '/v1/projects/{project}/members/{user}', scope: 'org:admin', summary: 'Take a role in a project away',
    status: 200, answer: changedMemberSchema, refusals: ['conflict', 'policy_violation'],
  },
});
