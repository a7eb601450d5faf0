import { WallClock } from '@latchkey/clock';
import type { IdentityAssertionClaims, WebhookSubscription } from '@latchkey/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { KeysEnv } from '../../env.ts';
import { Principals } from '../../personal-access-tokens/principal.ts';
import { KEYS_ENV } from '../../tokens.ts';
import { WebhookSecrets } from '../secrets/webhook-secrets.ts';
import { requireSubscription } from './subscription-access.ts';
import { subscriptionView } from './subscription-view.ts';

@Injectable()
export class ShowWebhookSubscription {
  constructor(
    private readonly dataSource: DataSource,
    private readonly principals: Principals,
    private readonly secrets: WebhookSecrets,
    private readonly clock: WallClock,
    @Inject(KEYS_ENV) private readonly env: KeysEnv,
  ) {}

  async run(caller: IdentityAssertionClaims, id: string): Promise<WebhookSubscription> {
    const principal = this.principals.admit(caller, 'webhooks:read');
    const { manager } = this.dataSource;
    const row = await requireSubscription(manager, principal, id, 'webhooks:read');
    return subscriptionView(row, await this.secrets.live(manager, 'subscriptionId', [row.id], new Date(this.clock.nowMs())), this.env.LATCHKEY_GATEWAY_URL);
  }
}
