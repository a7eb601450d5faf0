import { roleScopes } from '@latchkey/access';
import { WallClock } from '@latchkey/clock';
import type { IdentityAssertionClaims, ListWebhookSubscriptionsQuery, WebhookSubscription } from '@latchkey/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { KeysEnv } from '../../env.ts';
import { pageOf, positionOf, type Page } from '../../paging/page.ts';
import { Principals } from '../../personal-access-tokens/principal.ts';
import { KEYS_ENV } from '../../tokens.ts';
import { WebhookSecrets } from '../secrets/webhook-secrets.ts';
import { subscriptionView } from './subscription-view.ts';
import { WebhookSubscriptionEntity } from './webhook-subscription.entity.ts';

/** Subscriptions of the projects that the caller has a part in, newest first. */
@Injectable()
export class ListWebhookSubscriptions {
  constructor(
    private readonly dataSource: DataSource,
    private readonly principals: Principals,
    private readonly secrets: WebhookSecrets,
    private readonly clock: WallClock,
    @Inject(KEYS_ENV) private readonly env: KeysEnv,
  ) {}

  async run(caller: IdentityAssertionClaims, { limit, cursor, project }: ListWebhookSubscriptionsQuery): Promise<Page<WebhookSubscription>> {
    const { org, membership } = this.principals.admit(caller, 'webhooks:read');
    const query = this.dataSource.manager
      .createQueryBuilder(WebhookSubscriptionEntity, 's')
      .where('s.org = :org', { org })
      .orderBy('s.createdAt', 'DESC')
      .addOrderBy('s.id', 'DESC')
      .take(limit + 1);
    if (membership.role === 'member') {
      const projects = Object.keys(membership.projects).filter((name) => roleScopes(membership, name).has('webhooks:read'));
      query.andWhere('s.project = ANY (:projects)', { projects });
    }
    if (project !== undefined) query.andWhere('s.project = :project', { project });
    if (cursor !== undefined) query.andWhere('(s.createdAt, s.id) < (:createdAt, :id)', positionOf(cursor));
    const rows = await query.getMany();
    const secrets = await this.secrets.live(this.dataSource.manager, 'subscriptionId', rows.map(({ id }) => id), new Date(this.clock.nowMs()));
    return pageOf(rows, limit, (row) => subscriptionView(row, secrets, this.env.LATCHKEY_GATEWAY_URL));
  }
}
