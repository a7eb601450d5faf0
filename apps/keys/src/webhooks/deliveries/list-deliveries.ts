import type { IdentityAssertionClaims, ListWebhookDeliveriesQuery, WebhookDelivery } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { pageOf, positionOf, type Page } from '../../paging/page.ts';
import { Principals } from '../../personal-access-tokens/principal.ts';
import { requireAdministrator, requireEndpoint } from '../endpoints/endpoint-access.ts';
import { readDeliveries } from './delivery-rows.ts';
import { deliveryView } from './delivery-view.ts';

/** What was sent to an endpoint, and what became of it. */
@Injectable()
export class ListWebhookDeliveries {
  constructor(
    private readonly dataSource: DataSource,
    private readonly principals: Principals,
  ) {}

  async run(caller: IdentityAssertionClaims, id: string, { limit, cursor, status, type }: ListWebhookDeliveriesQuery): Promise<Page<WebhookDelivery>> {
    const principal = this.principals.admit(caller, 'webhooks:read');
    requireAdministrator(principal);
    const { manager } = this.dataSource;
    const endpoint = await requireEndpoint(manager, principal, id);
    const before = cursor === undefined ? undefined : positionOf(cursor);
    return pageOf(await readDeliveries(manager, { endpointId: endpoint.id, status, type, before, limit: limit + 1 }), limit, deliveryView);
  }
}
