import type { Provider, Type } from '@nestjs/common';
import { ChangePolicy } from './change-policy.ts';
import { FindPolicy } from './find-policy.ts';
import { GrantedPolicies } from './granted-policies.ts';
import { OrganizationPolicyEntity } from './organization-policy.entity.ts';
import { PoliciesController } from './policies.controller.ts';
import { ShowPolicy } from './show-policy.ts';

export const policiesProviders: Provider[] = [ChangePolicy, FindPolicy, GrantedPolicies, ShowPolicy];
export const policiesControllers: Type[] = [PoliciesController];
export const policiesEntities: Type[] = [OrganizationPolicyEntity];
