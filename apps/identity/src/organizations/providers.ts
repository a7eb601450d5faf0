import type { Provider, Type } from '@nestjs/common';
import { ActingMember } from './acting-member.ts';
import { AddMember } from './add-member.ts';
import { ChangeMember } from './change-member.ts';
import { CreateOrganization } from './create-organization.ts';
import { CreateProject } from './create-project.ts';
import { DeleteOrganization } from './delete-organization.ts';
import { DismissMember } from './dismiss-member.ts';
import { FindRole } from './find-role.ts';
import { FoundOrganization } from './found-organization.ts';
import { ListMembers } from './list-members.ts';
import { ListOrganizations } from './list-organizations.ts';
import { ListProjects } from './list-projects.ts';
import { MemberEntity, ProjectMemberEntity } from './member.entity.ts';
import { OrganizationEntity } from './organization.entity.ts';
import { OrganizationsController } from './organizations.controller.ts';
import { ProjectEntity } from './project.entity.ts';
import { RemoveMember } from './remove-member.ts';
import { RenameOrganization } from './rename-organization.ts';
import { RevokeMember } from './revoke-member.ts';
import { RevokeOrganization } from './revoke-organization.ts';

export const organizationsProviders: Provider[] = [
  ActingMember,
  AddMember,
  ChangeMember,
  CreateOrganization,
  CreateProject,
  DeleteOrganization,
  DismissMember,
  FindRole,
  FoundOrganization,
  ListMembers,
  ListOrganizations,
  ListProjects,
  RemoveMember,
  RenameOrganization,
  RevokeMember,
  RevokeOrganization,
];
export const organizationsControllers: Type[] = [OrganizationsController];
export const organizationsEntities: Type[] = [MemberEntity, OrganizationEntity, ProjectEntity, ProjectMemberEntity];
