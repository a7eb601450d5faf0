import { WallClock } from '@latchkey/clock';
import type { IdentityAssertionClaims, WebhookSubscription } from '@latchkey/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { actorOf, recordAudit } from '../../audit/record-audit.ts';
import type { KeysEnv } from '../../env.ts';
import { Principals } from '../../personal-access-tokens/principal.ts';
import { KEYS_ENV } from '../../tokens.ts';
import { WebhookSecrets } from '../secrets/webhook-secrets.ts';
import { requireSubscription } from './subscription-access.ts';
import { subscriptionView } from './subscription-view.ts';

/** Ends an old secret before its overlap does. */
@Injectable()
export class RetireSubscriptionSecret {
  constructor(
    private readonly dataSource: DataSource,
    private readonly principals: Principals,
    private readonly secrets: WebhookSecrets,
    private readonly clock: WallClock,
    @Inject(KEYS_ENV) private readonly env: KeysEnv,
  ) {}

  async run(caller: IdentityAssertionClaims, id: string, secretId: string): Promise<WebhookSubscription> {
    const principal = this.principals.admit(caller, 'webhooks:write');
    return this.dataSource.transaction(async (manager) => {
      const row = await requireSubscription(manager, principal, id, 'webhooks:write', true);
      const left = await this.secrets.retire(manager, 'subscriptionId', row, secretId, new Date(this.clock.nowMs()));
      await recordAudit(manager, {
        org: row.org, ...actorOf(caller), action: 'webhook_subscription.secret_retired', target: { kind: 'webhook_subscription', id: row.id, name: row.name }, details: { secret: secretId },
      });
      return subscriptionView(row, left, this.env.LATCHKEY_GATEWAY_URL);
    });
  }
}
