import { WallClock } from '@latchkey/clock';
import type { IdentityAssertionClaims, RotateWebhookSecret, WebhookEndpointWithSecret } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { actorOf, recordAudit } from '../../audit/record-audit.ts';
import { Principals } from '../../personal-access-tokens/principal.ts';
import { WebhookSecrets } from '../secrets/webhook-secrets.ts';
import { requireAdministrator, requireEndpoint } from './endpoint-access.ts';
import { endpointView } from './endpoint-view.ts';

/** A new secret. During the overlap messages are signed with the old one too (WH-02), so that the receiver can change over in its own time. */
@Injectable()
export class RotateEndpointSecret {
  constructor(
    private readonly dataSource: DataSource,
    private readonly principals: Principals,
    private readonly secrets: WebhookSecrets,
    private readonly clock: WallClock,
  ) {}

  async run(caller: IdentityAssertionClaims, id: string, { overlapSeconds }: RotateWebhookSecret): Promise<WebhookEndpointWithSecret> {
    const principal = this.principals.admit(caller, 'webhooks:write');
    requireAdministrator(principal);
    const now = new Date(this.clock.nowMs());
    return this.dataSource.transaction(async (manager) => {
      const row = await requireEndpoint(manager, principal, id, true);
      const secret = await this.secrets.rotate(manager, 'endpointId', row, overlapSeconds, now);
      await recordAudit(manager, {
        org: row.org, ...actorOf(caller), action: 'webhook_endpoint.secret_rotated', target: { kind: 'webhook_endpoint', id: row.id }, details: { overlapSeconds },
      });
      return { ...endpointView(row, await this.secrets.live(manager, 'endpointId', [row.id], now), now), secret };
    });
  }
}
