import { WallClock } from '@latchkey/clock';
import type { DeletedWebhook, IdentityAssertionClaims } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { actorOf, recordAudit } from '../../audit/record-audit.ts';
import { Principals } from '../../personal-access-tokens/principal.ts';
import { hostOf, requireAdministrator, requireEndpoint } from './endpoint-access.ts';
import { WebhookEndpointEntity } from './webhook-endpoint.entity.ts';

/** Forgets an endpoint with its secrets and its deliveries. */
@Injectable()
export class DeleteWebhookEndpoint {
  constructor(
    private readonly dataSource: DataSource,
    private readonly principals: Principals,
    private readonly clock: WallClock,
  ) {}

  async run(caller: IdentityAssertionClaims, id: string): Promise<DeletedWebhook> {
    const principal = this.principals.admit(caller, 'webhooks:write');
    requireAdministrator(principal);
    return this.dataSource.transaction(async (manager) => {
      const row = await requireEndpoint(manager, principal, id, true);
      await manager.delete(WebhookEndpointEntity, { id: row.id });
      await recordAudit(manager, {
        org: row.org, ...actorOf(caller), action: 'webhook_endpoint.deleted', target: { kind: 'webhook_endpoint', id: row.id }, details: { host: hostOf(row.url) },
      });
      return { id: row.id, deletedAt: new Date(this.clock.nowMs()).toISOString() };
    });
  }
}
