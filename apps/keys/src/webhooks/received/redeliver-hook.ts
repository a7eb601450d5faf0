import { randomUUID } from 'node:crypto';
import { WallClock } from '@latchkey/clock';
import type { HookDelivery, IdentityAssertionClaims } from '@latchkey/contracts';
import { Problem } from '@latchkey/problem';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { actorOf, recordAudit } from '../../audit/record-audit.ts';
import { Principals } from '../../personal-access-tokens/principal.ts';
import { requireSubscription } from '../subscriptions/subscription-access.ts';
import { hookDeliveryView } from './hook-delivery-view.ts';
import { requireHookDelivery } from './require-hook-delivery.ts';

/** Calls the tool again with what it was called with before. */
@Injectable()
export class RedeliverHook {
  constructor(
    private readonly dataSource: DataSource,
    private readonly principals: Principals,
    private readonly clock: WallClock,
  ) {}

  async run(caller: IdentityAssertionClaims, id: string, deliveryId: string): Promise<HookDelivery> {
    const principal = this.principals.admit(caller, 'webhooks:write');
    return this.dataSource.transaction(async (manager) => {
      const subscription = await requireSubscription(manager, principal, id, 'webhooks:write');
      const before = await requireHookDelivery(manager, subscription.id, deliveryId);
      if (before.status === 'pending') throw new Problem('conflict', { detail: 'This delivery is still being tried.' });
      if (!subscription.enabled) throw new Problem('conflict', { detail: 'The subscription is disabled; enable it first.' });
      const again = randomUUID();
      await manager.query(
        'INSERT INTO hook_deliveries (id, subscription_id, payload, arguments, redelivery_of, created_at) SELECT $1, subscription_id, payload, arguments, id, $3 FROM hook_deliveries WHERE id = $2',
        [again, before.id, new Date(this.clock.nowMs())],
      );
      await recordAudit(manager, {
        org: subscription.org, ...actorOf(caller), action: 'webhook_subscription.redelivered', target: { kind: 'webhook_subscription', id: subscription.id, name: subscription.name }, details: { delivery: before.id },
      });
      return hookDeliveryView(await requireHookDelivery(manager, subscription.id, again));
    });
  }
}
