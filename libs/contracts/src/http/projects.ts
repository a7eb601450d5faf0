import { z } from 'zod';
import { displayNameSchema, projectRoleSchema, slugSchema } from '../identifiers.ts';
import { pageOf, pageQuerySchema } from './lists.ts';

/** A project; `role` is what the caller is in it, and absent where that is nothing. */
export const projectSchema = z.object({
  org: z.string(),
  slug: z.string(),
  name: z.string(),
  role: projectRoleSchema.optional(),
  createdAt: z.string(),
});
export type Project = z.infer<typeof projectSchema>;
export const projectPageSchema = pageOf(projectSchema);

/** Body of `POST /v1/projects`; without `org`, in the one that the credential was issued for. A slug is used once in an organization. */
export const createProjectSchema = z.strictObject({ org: slugSchema.optional(), slug: slugSchema, name: displayNameSchema });
export type CreateProjectInput = z.infer<typeof createProjectSchema>;

/** `consistency` is absent where no member had a role there, so that the gateways have nothing to follow. */
export const deletedProjectSchema = z.object({ slug: z.string(), deletedAt: z.string(), consistency: z.string().optional() });
export type DeletedProject = z.infer<typeof deletedProjectSchema>;

/** Body of `PUT /v1/projects/{project}/members/{user}`. */
export const projectMemberSchema = z.strictObject({ role: projectRoleSchema });
export type ProjectMemberInput = z.infer<typeof projectMemberSchema>;
export const listProjectMembersQuerySchema = pageQuerySchema;

/** A folder of a project; grants name it by its slug, `name` is for people. */
export const folderSchema = z.object({ project: z.string(), slug: z.string(), name: z.string(), createdAt: z.string() });
export type Folder = z.infer<typeof folderSchema>;
export const folderPageSchema = pageOf(folderSchema);
export const listFoldersQuerySchema = pageQuerySchema;

/** Body of `POST /v1/projects/{project}/folders`. */
export const createFolderSchema = z.strictObject({ slug: slugSchema, name: displayNameSchema });
export type CreateFolderInput = z.infer<typeof createFolderSchema>;

export const deletedFolderSchema = z.object({ slug: z.string(), deletedAt: z.string() });
export type DeletedFolder = z.infer<typeof deletedFolderSchema>;
