import { randomUUID } from 'node:crypto';
import type { HookError } from '@latchkey/contracts';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Logger } from '@latchkey/telemetry';
import { DataSource } from 'typeorm';
import { Envelope } from '../../encryption/envelope.ts';
import { gatewayInternalUrl, type KeysEnv } from '../../env.ts';
import { KEYS_ENV, LOGGER } from '../../tokens.ts';
import type { WebhookSubscriptionEntity } from '../subscriptions/webhook-subscription.entity.ts';
import { callWaitSeconds } from './call-schedule.ts';
import { callTool } from './call-tool.ts';

const pollMs = 250;
const lanes = 8;
/** A tool may think for a minute; whoever claims has twice that. */
const timeoutMs = 60_000;
const leaseSeconds = (2 * timeoutMs) / 1000;

interface DueCall extends Pick<WebhookSubscriptionEntity, 'action' | 'sealedKey' | 'org' | 'enabled'> {
  id: string;
  subscriptionId: string;
  attempts: number;
  arguments: Record<string, unknown>;
}

/** Calls the tools of what was received. Claims end by themselves, so what a killed process had begun another calls again, under the same id. */
@Injectable()
export class CallTools implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private readonly running = new Set<Promise<void>>();
  private stopped = false;

  constructor(
    private readonly dataSource: DataSource,
    private readonly envelope: Envelope,
    @Inject(KEYS_ENV) private readonly env: KeysEnv,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.begin(), pollMs).unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await Promise.all(this.running);
  }

  /** One lane looks; it is joined by another whenever one has found something. */
  private begin(): void {
    if (this.stopped || this.running.size >= lanes) return;
    const lane: Promise<void> = this.drain()
      .catch((error: unknown) => this.logger.warn({ err: error }, 'received webhooks could not be read; it is tried again'))
      .finally(() => this.running.delete(lane));
    this.running.add(lane);
  }

  private async drain(): Promise<void> {
    while (!this.stopped && (await this.takeOne()));
  }

  /** @returns whether there was one */
  private async takeOne(): Promise<boolean> {
    const claim = randomUUID();
    const [rows] = await this.dataSource.query<[DueCall[], number]>(
      `UPDATE hook_deliveries d SET claim = $1, due_at = clock_timestamp() + make_interval(secs => $2)
       FROM webhook_subscriptions s
       WHERE s.id = d.subscription_id AND d.id = (
         SELECT id FROM hook_deliveries WHERE status = 'pending' AND due_at <= clock_timestamp() ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
       RETURNING d.id, d.subscription_id AS "subscriptionId", d.attempts, d.arguments, s.action, s.sealed_key AS "sealedKey", s.org, s.enabled`,
      [claim, leaseSeconds],
    );
    const [row] = rows;
    if (row === undefined) return false;
    this.begin();
    const error = row.enabled ? await this.call(row) : 'disabled';
    await this.record(row, claim, error);
    return true;
  }

  private async call({ id, subscriptionId, org, action, sealedKey, arguments: args }: DueCall): Promise<HookError | null> {
    const token = (await this.envelope.open({ table: 'webhook_subscriptions', id: subscriptionId, org }, sealedKey)).toString();
    const url = `${gatewayInternalUrl(this.env)}/mcp/${action.server}`;
    return callTool({ url, host: new URL(this.env.LATCHKEY_GATEWAY_URL).host, token, tool: action.tool, arguments: args, deliveryId: id, timeoutMs });
  }

  private async record({ id, subscriptionId, attempts }: DueCall, claim: string, error: HookError | null): Promise<void> {
    const wait = error === 'unavailable' ? callWaitSeconds(attempts + 1) : null;
    const status = error === null ? 'succeeded' : wait === null ? 'failed' : 'pending';
    if (error !== null) this.logger.warn({ delivery: id, subscription: subscriptionId, reason: error, status }, 'the tool of a webhook was not called well');
    await this.dataSource.query(
      `UPDATE hook_deliveries SET attempts = attempts + 1, status = $3, error = $4, claim = NULL, due_at = clock_timestamp() + make_interval(secs => $5),
         completed_at = CASE WHEN $3 = 'pending' THEN NULL ELSE clock_timestamp() END
       WHERE id = $1 AND claim = $2`,
      [id, claim, status, error, wait ?? 0],
    );
  }
}
