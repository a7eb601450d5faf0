import { roleScopes } from '@latchkey/access';
import type { Scope } from '@latchkey/contracts';
import { Problem } from '@latchkey/problem';
import type { EntityManager } from 'typeorm';
import { isRowId } from '../../paging/page.ts';
import type { Principal } from '../../personal-access-tokens/principal.ts';
import { WebhookSubscriptionEntity } from './webhook-subscription.entity.ts';

const carries = ({ membership }: Principal, project: string, scope: Scope): boolean => roleScopes(membership, project).has(scope);

/** @throws Problem `insufficient_role` for a project that does not exist as for one in which the caller's role is not enough */
export function requireProjectRole(principal: Principal, project: string, scope: Scope): void {
  if (!carries(principal, project, scope)) throw new Problem('insufficient_role', { detail: `Your role in the project ${project} does not carry ${scope}.` });
}

/** @throws Problem `not_found` for a subscription that is not there, not this organization's, or of a project that the caller has no part in */
export async function requireSubscription(manager: EntityManager, principal: Principal, id: string, scope: Scope, lock = false): Promise<WebhookSubscriptionEntity> {
  const where = { id, org: principal.org };
  const row = isRowId(id) ? await manager.findOne(WebhookSubscriptionEntity, { where, ...(lock ? { lock: { mode: 'pessimistic_write' } } : {}) }) : null;
  if (row === null || !carries(principal, row.project, 'webhooks:read')) throw new Problem('not_found', { detail: 'There is no such webhook subscription.' });
  requireProjectRole(principal, row.project, scope);
  return row;
}
