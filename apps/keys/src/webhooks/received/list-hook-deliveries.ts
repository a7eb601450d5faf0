import type { HookDelivery, IdentityAssertionClaims, ListHookDeliveriesQuery } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { pageOf, positionOf, type Page } from '../../paging/page.ts';
import { Principals } from '../../personal-access-tokens/principal.ts';
import { HookDeliveryEntity } from '../receiving/hook-delivery.entity.ts';
import { requireSubscription } from '../subscriptions/subscription-access.ts';
import { hookDeliveryView } from './hook-delivery-view.ts';

/** What a subscription received and believed, newest first. */
@Injectable()
export class ListHookDeliveries {
  constructor(
    private readonly dataSource: DataSource,
    private readonly principals: Principals,
  ) {}

  async run(caller: IdentityAssertionClaims, id: string, { limit, cursor, status }: ListHookDeliveriesQuery): Promise<Page<HookDelivery>> {
    const principal = this.principals.admit(caller, 'webhooks:read');
    const subscription = await requireSubscription(this.dataSource.manager, principal, id, 'webhooks:read');
    const query = this.dataSource.manager
      .createQueryBuilder(HookDeliveryEntity, 'd')
      .where('d.subscriptionId = :id', { id: subscription.id })
      .orderBy('d.createdAt', 'DESC')
      .addOrderBy('d.id', 'DESC')
      .take(limit + 1);
    if (status !== undefined) query.andWhere('d.status = :status', { status });
    if (cursor !== undefined) {
      const { createdAt, id: after } = positionOf(cursor);
      query.andWhere('(d.createdAt, d.id) < (:createdAt, :after)', { createdAt, after });
    }
    return pageOf(await query.getMany(), limit, hookDeliveryView);
  }
}
