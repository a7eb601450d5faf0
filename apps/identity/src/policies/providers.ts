import type { Provider, Type } from '@nestjs/common';
import { FindPolicy } from './find-policy.ts';
import { OrganizationPolicyEntity } from './organization-policy.entity.ts';

export const policiesProviders: Provider[] = [FindPolicy];
export const policiesControllers: Type[] = [];
export const policiesEntities: Type[] = [OrganizationPolicyEntity];
