import { requireSafeUrl } from '@latchkey/outbound';
import { Problem } from '@latchkey/problem';
import type { EntityManager } from 'typeorm';
import { isRowId } from '../../paging/page.ts';
import type { Principal } from '../../personal-access-tokens/principal.ts';
import { WebhookEndpointEntity } from './webhook-endpoint.entity.ts';

/** An endpoint hears of the whole organization, so a role in one of its projects is not enough. */
export function requireAdministrator({ membership }: Principal): void {
  if (membership.role === 'member') throw new Problem('insufficient_role', { detail: 'Webhook endpoints belong to the owners and administrators of the organization.' });
}

/** @throws Problem `not_found` for an endpoint that is not there, or not this organization's: one answer, so that ids tell nothing */
export async function requireEndpoint(manager: EntityManager, { org }: Principal, id: string, lock = false): Promise<WebhookEndpointEntity> {
  const row = isRowId(id) ? await manager.findOne(WebhookEndpointEntity, { where: { id, org }, ...(lock ? { lock: { mode: 'pessimistic_write' } } : {}) }) : null;
  if (row === null) throw new Problem('not_found', { detail: 'There is no such webhook endpoint.' });
  return row;
}

/** Said where it is registered, so that nobody waits for deliveries that never come; it is judged again at every connection. */
export function requireDeliverable(url: string, allowPrivateAddresses: boolean): void {
  try {
    requireSafeUrl(new URL(url), allowPrivateAddresses);
  } catch (cause) {
    const message = 'must be https and lead to a public address';
    throw new Problem('invalid_request', { detail: `url: ${message}`, issues: [{ path: 'url', message }], cause });
  }
}

/** What of a URL a log may name: the rest can be as good as a password. */
export const hostOf = (url: string): string => new URL(url).host.slice(0, 256);
