import { WallClock } from '@latchkey/clock';
import type { DeletedWebhook, IdentityAssertionClaims } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { actorOf, recordAudit } from '../../audit/record-audit.ts';
import { Principals } from '../../personal-access-tokens/principal.ts';
import { PromptRelay } from '../../personal-access-tokens/prompt-relay.ts';
import { requireSubscription } from './subscription-access.ts';
import { TriggerKeys } from './trigger-key.ts';
import { WebhookSubscriptionEntity } from './webhook-subscription.entity.ts';

/** Forgets a subscription with its secrets and deliveries, and revokes its key. */
@Injectable()
export class DeleteWebhookSubscription {
  constructor(
    private readonly dataSource: DataSource,
    private readonly principals: Principals,
    private readonly keys: TriggerKeys,
    private readonly relay: PromptRelay,
    private readonly clock: WallClock,
  ) {}

  async run(caller: IdentityAssertionClaims, id: string): Promise<DeletedWebhook> {
    const principal = this.principals.admit(caller, 'webhooks:write');
    const answer = await this.dataSource.transaction(async (manager) => {
      const row = await requireSubscription(manager, principal, id, 'webhooks:write', true);
      await this.keys.revoke(manager, caller, row.keyId);
      await manager.delete(WebhookSubscriptionEntity, { id: row.id });
      await recordAudit(manager, { org: row.org, ...actorOf(caller), action: 'webhook_subscription.deleted', target: { kind: 'webhook_subscription', id: row.id, name: row.name } });
      return { id: row.id, deletedAt: new Date(this.clock.nowMs()).toISOString() };
    });
    await this.relay.afterCommit();
    return answer;
  }
}
