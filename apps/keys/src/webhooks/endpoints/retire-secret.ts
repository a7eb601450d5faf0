import { WallClock } from '@latchkey/clock';
import type { IdentityAssertionClaims, WebhookEndpoint } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { actorOf, recordAudit } from '../../audit/record-audit.ts';
import { Principals } from '../../personal-access-tokens/principal.ts';
import { WebhookSecrets } from '../secrets/webhook-secrets.ts';
import { requireAdministrator, requireEndpoint } from './endpoint-access.ts';
import { endpointView } from './endpoint-view.ts';

/** Ends a secret now, whatever overlap it was given. The last one cannot be ended: nothing could be signed any more. */
@Injectable()
export class RetireEndpointSecret {
  constructor(
    private readonly dataSource: DataSource,
    private readonly principals: Principals,
    private readonly secrets: WebhookSecrets,
    private readonly clock: WallClock,
  ) {}

  async run(caller: IdentityAssertionClaims, id: string, secretId: string): Promise<WebhookEndpoint> {
    const principal = this.principals.admit(caller, 'webhooks:write');
    requireAdministrator(principal);
    const now = new Date(this.clock.nowMs());
    return this.dataSource.transaction(async (manager) => {
      const row = await requireEndpoint(manager, principal, id, true);
      const left = await this.secrets.retire(manager, 'endpointId', row, secretId, now);
      await recordAudit(manager, {
        org: row.org, ...actorOf(caller), action: 'webhook_endpoint.secret_retired', target: { kind: 'webhook_endpoint', id: row.id }, details: { secret: secretId },
      });
      return endpointView(row, left, now);
    });
  }
}
