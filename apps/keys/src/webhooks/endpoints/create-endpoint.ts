import { randomUUID } from 'node:crypto';
import { WallClock } from '@latchkey/clock';
import type { CreateWebhookEndpoint, IdentityAssertionClaims, WebhookEndpointWithSecret } from '@latchkey/contracts';
import { Problem } from '@latchkey/problem';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { actorOf, recordAudit } from '../../audit/record-audit.ts';
import type { KeysEnv } from '../../env.ts';
import { Principals } from '../../personal-access-tokens/principal.ts';
import { KEYS_ENV } from '../../tokens.ts';
import { WebhookSecrets } from '../secrets/webhook-secrets.ts';
import { hostOf, requireAdministrator, requireDeliverable } from './endpoint-access.ts';
import { endpointView } from './endpoint-view.ts';
import { WebhookEndpointEntity } from './webhook-endpoint.entity.ts';

/** Every event of an organization is written once for each of them. */
const maxEndpoints = 50;

/** Registers an endpoint. Its secret leaves in the answer and is kept sealed. */
@Injectable()
export class CreateWebhookEndpointOperation {
  constructor(
    private readonly dataSource: DataSource,
    private readonly principals: Principals,
    private readonly secrets: WebhookSecrets,
    private readonly clock: WallClock,
    @Inject(KEYS_ENV) private readonly env: KeysEnv,
  ) {}

  async run(caller: IdentityAssertionClaims, { url, events, description }: CreateWebhookEndpoint): Promise<WebhookEndpointWithSecret> {
    const principal = this.principals.admit(caller, 'webhooks:write');
    requireAdministrator(principal);
    requireDeliverable(url, this.env.LATCHKEY_ALLOW_PRIVATE_UPSTREAMS);
    const { org, user } = principal;
    const now = new Date(this.clock.nowMs());
    return this.dataSource.transaction(async (manager) => {
      if ((await manager.countBy(WebhookEndpointEntity, { org })) >= maxEndpoints) {
        throw new Problem('conflict', { detail: `An organization has ${maxEndpoints} webhook endpoints at most.` });
      }
      const row = manager.create(WebhookEndpointEntity, {
        id: randomUUID(), org, url, description, events, createdBy: user, createdAt: now, disabledAt: null, disabledReason: null, failures: 0, failingSince: null, pausedUntil: null,
      });
      await manager.insert(WebhookEndpointEntity, row);
      const secret = await this.secrets.mint(manager, 'endpointId', row, now);
      await recordAudit(manager, {
        org, ...actorOf(caller), action: 'webhook_endpoint.created', target: { kind: 'webhook_endpoint', id: row.id }, details: { host: hostOf(url), events },
      });
      return { ...endpointView(row, await this.secrets.live(manager, 'endpointId', [row.id], now), now), secret };
    });
  }
}
