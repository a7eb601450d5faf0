import type { Provider, Type } from '@nestjs/common';
import { AddMember } from './add-member.ts';
import { CreateOrganization } from './create-organization.ts';
import { CreateProject } from './create-project.ts';
import { FindRole } from './find-role.ts';
import { MemberEntity, ProjectMemberEntity } from './member.entity.ts';
import { OrganizationEntity } from './organization.entity.ts';
import { ProjectEntity } from './project.entity.ts';
import { RemoveMember } from './remove-member.ts';

export const organizationsProviders: Provider[] = [AddMember, CreateOrganization, CreateProject, FindRole, RemoveMember];
export const organizationsControllers: Type[] = [];
export const organizationsEntities: Type[] = [MemberEntity, OrganizationEntity, ProjectEntity, ProjectMemberEntity];
