import { WallClock } from '@latchkey/clock';
import type { IdentityAssertionClaims, WebhookDelivery } from '@latchkey/contracts';
import { Problem } from '@latchkey/problem';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Principals } from '../../personal-access-tokens/principal.ts';
import { deliveryView } from '../deliveries/delivery-view.ts';
import { requireDelivery } from '../deliveries/delivery-rows.ts';
import { stageEventTo } from '../sending/stage-event.ts';
import { requireAdministrator, requireEndpoint } from './endpoint-access.ts';

/** Sends something that means nothing, so that a receiver can be tried before anything happens. */
@Injectable()
export class PingWebhookEndpoint {
  constructor(
    private readonly dataSource: DataSource,
    private readonly principals: Principals,
    private readonly clock: WallClock,
  ) {}

  async run(caller: IdentityAssertionClaims, id: string): Promise<WebhookDelivery> {
    const principal = this.principals.admit(caller, 'webhooks:write');
    requireAdministrator(principal);
    return this.dataSource.transaction(async (manager) => {
      const endpoint = await requireEndpoint(manager, principal, id);
      if (endpoint.disabledAt !== null) throw new Problem('conflict', { detail: 'The endpoint is disabled; enable it first.' });
      const at = new Date(this.clock.nowMs());
      const delivery = await stageEventTo(manager, endpoint.id, { org: endpoint.org, type: 'webhook.ping', at, data: { endpoint: endpoint.id } });
      return deliveryView(await requireDelivery(manager, endpoint, delivery));
    });
  }
}
