import type { HookDeliveryDetail, IdentityAssertionClaims } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Principals } from '../../personal-access-tokens/principal.ts';
import { requireSubscription } from '../subscriptions/subscription-access.ts';
import { hookDeliveryView } from './hook-delivery-view.ts';
import { requireHookDelivery } from './require-hook-delivery.ts';

/** One delivery with what was sent, as text, and what the tool is called with. */
@Injectable()
export class ShowHookDelivery {
  constructor(
    private readonly dataSource: DataSource,
    private readonly principals: Principals,
  ) {}

  async run(caller: IdentityAssertionClaims, id: string, deliveryId: string): Promise<HookDeliveryDetail> {
    const principal = this.principals.admit(caller, 'webhooks:read');
    const { manager } = this.dataSource;
    const subscription = await requireSubscription(manager, principal, id, 'webhooks:read');
    const row = await requireHookDelivery(manager, subscription.id, deliveryId);
    return { ...hookDeliveryView(row), payload: row.payload.toString(), arguments: row.arguments as HookDeliveryDetail['arguments'] };
  }
}
