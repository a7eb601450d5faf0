import { WallClock } from '@latchkey/clock';
import type { IdentityAssertionClaims, WebhookEndpoint } from '@latchkey/contracts';
import { Problem } from '@latchkey/problem';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { actorOf, recordAudit } from '../../audit/record-audit.ts';
import { Principals } from '../../personal-access-tokens/principal.ts';
import { WebhookSecretEntity } from '../secrets/webhook-secret.entity.ts';
import { WebhookSecrets } from '../secrets/webhook-secrets.ts';
import { requireAdministrator, requireEndpoint } from './endpoint-access.ts';
import { endpointView } from './endpoint-view.ts';

/** Ends a secret now, whatever overlap it was given. The last one cannot be ended: nothing could be signed any more. */
@Injectable()
export class RetireEndpointSecret {
  constructor(
    private readonly dataSource: DataSource,
    private readonly principals: Principals,
    private readonly secrets: WebhookSecrets,
    private readonly clock: WallClock,
  ) {}

  async run(caller: IdentityAssertionClaims, id: string, secretId: string): Promise<WebhookEndpoint> {
    const principal = this.principals.admit(caller, 'webhooks:write');
    requireAdministrator(principal);
    const now = new Date(this.clock.nowMs());
    return this.dataSource.transaction(async (manager) => {
      const row = await requireEndpoint(manager, principal, id, true);
      const live = await this.secrets.live(manager, [row.id], now);
      const retired = live.find((secret) => secret.id === secretId);
      if (retired === undefined) throw new Problem('not_found', { detail: 'There is no such secret.' });
      // One that ends with an overlap does not count: in a day it would be gone, and the endpoint without any.
      const left = live.filter((secret) => secret !== retired);
      if (!left.some(({ expiresAt }) => expiresAt === null)) throw new Problem('conflict', { detail: 'This is the newest secret; rotate it instead.' });
      await manager.delete(WebhookSecretEntity, { id: retired.id });
      await recordAudit(manager, {
        org: row.org, ...actorOf(caller), action: 'webhook_endpoint.secret_retired', target: { kind: 'webhook_endpoint', id: row.id }, details: { secret: retired.id },
      });
      return endpointView(row, left, now);
    });
  }
}
