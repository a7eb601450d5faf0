import { WallClock } from '@latchkey/clock';
import type { IdentityAssertionClaims, WebhookEndpoint } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Principals } from '../../personal-access-tokens/principal.ts';
import { WebhookSecrets } from '../secrets/webhook-secrets.ts';
import { requireAdministrator, requireEndpoint } from './endpoint-access.ts';
import { endpointView } from './endpoint-view.ts';

@Injectable()
export class ShowWebhookEndpoint {
  constructor(
    private readonly dataSource: DataSource,
    private readonly principals: Principals,
    private readonly secrets: WebhookSecrets,
    private readonly clock: WallClock,
  ) {}

  async run(caller: IdentityAssertionClaims, id: string): Promise<WebhookEndpoint> {
    const principal = this.principals.admit(caller, 'webhooks:read');
    requireAdministrator(principal);
    const { manager } = this.dataSource;
    const now = new Date(this.clock.nowMs());
    const row = await requireEndpoint(manager, principal, id);
    return endpointView(row, await this.secrets.live(manager, 'endpointId', [row.id], now), now);
  }
}
