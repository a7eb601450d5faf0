import type { IdentityAssertionClaims, WebhookDeliveryDetail } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Principals } from '../../personal-access-tokens/principal.ts';
import { requireAdministrator, requireEndpoint } from '../endpoints/endpoint-access.ts';
import { WebhookAttemptEntity } from '../sending/webhook-attempt.entity.ts';
import { WebhookEventEntity } from '../sending/webhook-event.entity.ts';
import { requireDelivery } from './delivery-rows.ts';
import { deliveryView } from './delivery-view.ts';

/** One delivery: the bytes that were sent, and every attempt with the secrets that signed it. */
@Injectable()
export class ShowWebhookDelivery {
  constructor(
    private readonly dataSource: DataSource,
    private readonly principals: Principals,
  ) {}

  async run(caller: IdentityAssertionClaims, id: string, deliveryId: string): Promise<WebhookDeliveryDetail> {
    const principal = this.principals.admit(caller, 'webhooks:read');
    requireAdministrator(principal);
    const { manager } = this.dataSource;
    const row = await requireDelivery(manager, await requireEndpoint(manager, principal, id), deliveryId);
    const { body } = await manager.findOneByOrFail(WebhookEventEntity, { id: row.eventId });
    const attempts = await manager.find(WebhookAttemptEntity, { where: { deliveryId: row.id }, order: { number: 'ASC' } });
    const log = attempts.map(({ number, at, durationMs, statusCode, error, secrets }) => ({ number, at: at.toISOString(), durationMs, statusCode, error, secrets }));
    return { ...deliveryView(row), body, log };
  }
}
