import { WallClock } from '@latchkey/clock';
import type { IdentityAssertionClaims, UpdateWebhookSubscription, WebhookSubscription } from '@latchkey/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { actorOf, recordAudit } from '../../audit/record-audit.ts';
import type { KeysEnv } from '../../env.ts';
import { Principals } from '../../personal-access-tokens/principal.ts';
import { KEYS_ENV } from '../../tokens.ts';
import { WebhookSecrets } from '../secrets/webhook-secrets.ts';
import { requireSubscription } from './subscription-access.ts';
import { subscriptionView } from './subscription-view.ts';
import { WebhookSubscriptionEntity } from './webhook-subscription.entity.ts';

/** Changes how what is sent is read, and whether anything is taken. What has been taken goes on with the arguments that it was taken with. */
@Injectable()
export class ChangeWebhookSubscription {
  constructor(
    private readonly dataSource: DataSource,
    private readonly principals: Principals,
    private readonly secrets: WebhookSecrets,
    private readonly clock: WallClock,
    @Inject(KEYS_ENV) private readonly env: KeysEnv,
  ) {}

  async run(caller: IdentityAssertionClaims, id: string, { arguments: template, ...more }: UpdateWebhookSubscription): Promise<WebhookSubscription> {
    const principal = this.principals.admit(caller, 'webhooks:write');
    return this.dataSource.transaction(async (manager) => {
      const before = await requireSubscription(manager, principal, id, 'webhooks:write', true);
      const action = { ...before.action, ...(template === undefined ? {} : { arguments: template }) };
      const row: WebhookSubscriptionEntity = { ...before, ...more, action };
      const { name, hmac, toleranceSeconds, enabled } = row;
      await manager.update(WebhookSubscriptionEntity, { id: row.id }, { name, hmac, toleranceSeconds, enabled, action });
      await recordAudit(manager, {
        org: row.org, ...actorOf(caller), action: 'webhook_subscription.changed', target: { kind: 'webhook_subscription', id: row.id, name },
        details: { changed: Object.keys({ ...more, ...(template === undefined ? {} : { arguments: 0 }) }), enabled },
      });
      return subscriptionView(row, await this.secrets.live(manager, 'subscriptionId', [row.id], new Date(this.clock.nowMs())), this.env.LATCHKEY_GATEWAY_URL);
    });
  }
}
