import { WallClock } from '@latchkey/clock';
import type { IdentityAssertionClaims, UpdateWebhookEndpoint, WebhookEndpoint } from '@latchkey/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { actorOf, recordAudit } from '../../audit/record-audit.ts';
import type { KeysEnv } from '../../env.ts';
import { Principals } from '../../personal-access-tokens/principal.ts';
import { KEYS_ENV } from '../../tokens.ts';
import { WebhookSecrets } from '../secrets/webhook-secrets.ts';
import { hostOf, requireAdministrator, requireDeliverable, requireEndpoint } from './endpoint-access.ts';
import { endpointView } from './endpoint-view.ts';
import { WebhookEndpointEntity } from './webhook-endpoint.entity.ts';

/** A new start: what an endpoint failed at before is no reason to leave it alone. */
const working = { disabledAt: null, disabledReason: null, failures: 0, failingSince: null, pausedUntil: null };

/** Changes where an endpoint is, what it hears, and whether it hears anything. */
@Injectable()
export class ChangeWebhookEndpoint {
  constructor(
    private readonly dataSource: DataSource,
    private readonly principals: Principals,
    private readonly secrets: WebhookSecrets,
    private readonly clock: WallClock,
    @Inject(KEYS_ENV) private readonly env: KeysEnv,
  ) {}

  async run(caller: IdentityAssertionClaims, id: string, { enabled, ...more }: UpdateWebhookEndpoint): Promise<WebhookEndpoint> {
    const principal = this.principals.admit(caller, 'webhooks:write');
    requireAdministrator(principal);
    if (more.url !== undefined) requireDeliverable(more.url, this.env.LATCHKEY_ALLOW_PRIVATE_UPSTREAMS);
    const now = new Date(this.clock.nowMs());
    return this.dataSource.transaction(async (manager) => {
      const before = await requireEndpoint(manager, principal, id, true);
      const row: WebhookEndpointEntity = { ...before, ...more };
      if (enabled === true) Object.assign(row, working);
      if (enabled === false && before.disabledAt === null) Object.assign(row, { disabledAt: now, disabledReason: 'asked' });
      const { id: _id, org: _org, createdAt: _createdAt, createdBy: _createdBy, ...values } = row;
      await manager.update(WebhookEndpointEntity, { id: row.id }, values);
      if (enabled === true) await this.hasten(manager, row.id);
      if (enabled === false) await this.end(manager, row.id);
      await recordAudit(manager, {
        org: row.org, ...actorOf(caller), action: 'webhook_endpoint.changed', target: { kind: 'webhook_endpoint', id: row.id },
        details: { host: hostOf(row.url), events: row.events, ...(enabled === undefined ? {} : { enabled }) },
      });
      return endpointView(row, await this.secrets.live(manager, 'endpointId', [row.id], now), now);
    });
  }

  /** What waited for the circuit is tried now. */
  private async hasten(manager: EntityManager, id: string): Promise<void> {
    await manager.query("UPDATE webhook_deliveries SET due_at = clock_timestamp() WHERE endpoint_id = $1 AND status = 'pending' AND claim IS NULL", [id]);
  }

  /** What was on its way is over; it can be replayed. */
  private async end(manager: EntityManager, id: string): Promise<void> {
    await manager.query("UPDATE webhook_deliveries SET status = 'failed', claim = NULL, completed_at = clock_timestamp() WHERE endpoint_id = $1 AND status = 'pending'", [id]);
  }
}
