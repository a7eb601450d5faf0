import { WallClock } from '@latchkey/clock';
import type { IdentityAssertionClaims, PageQuery, WebhookEndpoint } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { pageOf, positionOf, type Page } from '../../paging/page.ts';
import { Principals } from '../../personal-access-tokens/principal.ts';
import { WebhookSecrets } from '../secrets/webhook-secrets.ts';
import { requireAdministrator } from './endpoint-access.ts';
import { endpointView } from './endpoint-view.ts';
import { WebhookEndpointEntity } from './webhook-endpoint.entity.ts';

/** Endpoints of the caller's organization, newest first. */
@Injectable()
export class ListWebhookEndpoints {
  constructor(
    private readonly dataSource: DataSource,
    private readonly principals: Principals,
    private readonly secrets: WebhookSecrets,
    private readonly clock: WallClock,
  ) {}

  async run(caller: IdentityAssertionClaims, { limit, cursor }: PageQuery): Promise<Page<WebhookEndpoint>> {
    const principal = this.principals.admit(caller, 'webhooks:read');
    requireAdministrator(principal);
    const now = new Date(this.clock.nowMs());
    const query = this.dataSource.manager
      .createQueryBuilder(WebhookEndpointEntity, 'e')
      .where('e.org = :org', { org: principal.org })
      .orderBy('e.createdAt', 'DESC')
      .addOrderBy('e.id', 'DESC')
      .take(limit + 1);
    if (cursor !== undefined) query.andWhere('(e.createdAt, e.id) < (:createdAt, :id)', positionOf(cursor));
    const rows = await query.getMany();
    const secrets = await this.secrets.live(this.dataSource.manager, 'endpointId', rows.map(({ id }) => id), now);
    return pageOf(rows, limit, (row) => endpointView(row, secrets, now));
  }
}
