import { randomUUID } from 'node:crypto';
import { WallClock } from '@latchkey/clock';
import type { CreateWebhookSubscription, IdentityAssertionClaims, WebhookSubscriptionWithSecret } from '@latchkey/contracts';
import { Problem } from '@latchkey/problem';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AskServer } from '../../asking/ask-server.ts';
import { actorOf, recordAudit } from '../../audit/record-audit.ts';
import { Envelope } from '../../encryption/envelope.ts';
import type { KeysEnv } from '../../env.ts';
import { Principals } from '../../personal-access-tokens/principal.ts';
import { PromptRelay } from '../../personal-access-tokens/prompt-relay.ts';
import { KEYS_ENV } from '../../tokens.ts';
import { WebhookSecrets } from '../secrets/webhook-secrets.ts';
import { requireProjectRole } from './subscription-access.ts';
import { subscriptionView } from './subscription-view.ts';
import { TriggerKeys } from './trigger-key.ts';
import { WebhookSubscriptionEntity } from './webhook-subscription.entity.ts';

const maxSubscriptions = 500;

/** Lets somebody outside have a tool called. The secret leaves in the answer and is kept sealed. */
@Injectable()
export class CreateWebhookSubscriptionOperation {
  constructor(
    private readonly dataSource: DataSource,
    private readonly principals: Principals,
    private readonly askServer: AskServer,
    private readonly secrets: WebhookSecrets,
    private readonly keys: TriggerKeys,
    private readonly envelope: Envelope,
    private readonly relay: PromptRelay,
    private readonly clock: WallClock,
    @Inject(KEYS_ENV) private readonly env: KeysEnv,
  ) {}

  async run(caller: IdentityAssertionClaims, { secret: given, ...wanted }: CreateWebhookSubscription): Promise<WebhookSubscriptionWithSecret> {
    const principal = this.principals.admit(caller, 'webhooks:write');
    const { org, user } = principal;
    requireProjectRole(principal, wanted.project, 'webhooks:write');
    // Owners have a role in every project, also in one that is not there. Another organization's server is as absent as none.
    await this.askServer.run(org, wanted.project, wanted.action.server);
    const now = new Date(this.clock.nowMs());
    const answer = await this.dataSource.transaction(async (manager) => {
      if ((await manager.countBy(WebhookSubscriptionEntity, { org })) >= maxSubscriptions) {
        throw new Problem('conflict', { detail: `An organization has ${maxSubscriptions} webhook subscriptions at most.` });
      }
      const id = randomUUID();
      const key = await this.keys.mint(manager, caller, principal, wanted);
      const sealedKey = await this.envelope.seal({ table: 'webhook_subscriptions', id, org }, Buffer.from(key.token));
      const row = manager.create(WebhookSubscriptionEntity, { ...wanted, id, org, owner: user, enabled: true, keyId: key.id, sealedKey, refused: 0, refusedAt: null, createdAt: now });
      await manager.insert(WebhookSubscriptionEntity, row);
      const secret = await this.secrets.mint(manager, 'subscriptionId', row, now, given);
      await recordAudit(manager, {
        org, ...actorOf(caller), action: 'webhook_subscription.created', target: { kind: 'webhook_subscription', id, name: row.name },
        details: { project: row.project, verifier: row.verifier, tool: `${row.action.server}:${row.action.tool}` },
      });
      return { ...subscriptionView(row, await this.secrets.live(manager, 'subscriptionId', [id], now), this.env.LATCHKEY_GATEWAY_URL), secret };
    });
    await this.relay.afterCommit();
    return answer;
  }
}
