import { randomUUID } from 'node:crypto';
import { WallClock } from '@latchkey/clock';
import type { IdentityAssertionClaims, WebhookDelivery } from '@latchkey/contracts';
import { Problem } from '@latchkey/problem';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { actorOf, recordAudit } from '../../audit/record-audit.ts';
import { Principals } from '../../personal-access-tokens/principal.ts';
import { requireAdministrator, requireEndpoint } from '../endpoints/endpoint-access.ts';
import { requireDelivery } from './delivery-rows.ts';
import { deliveryView } from './delivery-view.ts';

/** Sends an event again, from the first attempt on. It keeps its `webhook-id`, so that a receiver which has it already can tell. */
@Injectable()
export class ReplayWebhookDelivery {
  constructor(
    private readonly dataSource: DataSource,
    private readonly principals: Principals,
    private readonly clock: WallClock,
  ) {}

  async run(caller: IdentityAssertionClaims, id: string, deliveryId: string): Promise<WebhookDelivery> {
    const principal = this.principals.admit(caller, 'webhooks:write');
    requireAdministrator(principal);
    return this.dataSource.transaction(async (manager) => {
      const endpoint = await requireEndpoint(manager, principal, id);
      if (endpoint.disabledAt !== null) throw new Problem('conflict', { detail: 'The endpoint is disabled; enable it first.' });
      const before = await requireDelivery(manager, endpoint, deliveryId);
      if (before.status === 'pending') throw new Problem('conflict', { detail: 'This delivery is still being tried.' });
      const again = randomUUID();
      await manager.query('INSERT INTO webhook_deliveries (id, endpoint_id, event_id, replay_of, created_at) VALUES ($1, $2, $3, $4, $5)', [
        again, endpoint.id, before.eventId, before.id, new Date(this.clock.nowMs()),
      ]);
      await recordAudit(manager, {
        org: endpoint.org, ...actorOf(caller), action: 'webhook_endpoint.replayed', target: { kind: 'webhook_endpoint', id: endpoint.id }, details: { delivery: before.id, event: before.eventId },
      });
      return deliveryView(await requireDelivery(manager, endpoint, again));
    });
  }
}
