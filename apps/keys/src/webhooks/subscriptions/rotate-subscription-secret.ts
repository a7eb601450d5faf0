import { WallClock } from '@latchkey/clock';
import type { IdentityAssertionClaims, RotateSubscriptionSecret, WebhookSubscriptionWithSecret } from '@latchkey/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { actorOf, recordAudit } from '../../audit/record-audit.ts';
import type { KeysEnv } from '../../env.ts';
import { Principals } from '../../personal-access-tokens/principal.ts';
import { KEYS_ENV } from '../../tokens.ts';
import { WebhookSecrets } from '../secrets/webhook-secrets.ts';
import { requireSubscription } from './subscription-access.ts';
import { subscriptionView } from './subscription-view.ts';

/** A new secret, made here or by the sender. During the overlap what the old one signed is taken too. */
@Injectable()
export class RotateSubscriptionSecretOperation {
  constructor(
    private readonly dataSource: DataSource,
    private readonly principals: Principals,
    private readonly secrets: WebhookSecrets,
    private readonly clock: WallClock,
    @Inject(KEYS_ENV) private readonly env: KeysEnv,
  ) {}

  async run(caller: IdentityAssertionClaims, id: string, { overlapSeconds, secret: given }: RotateSubscriptionSecret): Promise<WebhookSubscriptionWithSecret> {
    const principal = this.principals.admit(caller, 'webhooks:write');
    const now = new Date(this.clock.nowMs());
    return this.dataSource.transaction(async (manager) => {
      const row = await requireSubscription(manager, principal, id, 'webhooks:write', true);
      const secret = await this.secrets.rotate(manager, 'subscriptionId', row, overlapSeconds, now, given);
      await recordAudit(manager, {
        org: row.org, ...actorOf(caller), action: 'webhook_subscription.secret_rotated', target: { kind: 'webhook_subscription', id: row.id, name: row.name }, details: { overlapSeconds },
      });
      return { ...subscriptionView(row, await this.secrets.live(manager, 'subscriptionId', [row.id], now), this.env.LATCHKEY_GATEWAY_URL), secret };
    });
  }
}
