import { setTimeout as delay } from 'node:timers/promises';
import { WallClock } from '@latchkey/clock';
import { GuardedPost } from '@latchkey/outbound';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Logger } from '@latchkey/telemetry';
import { DataSource } from 'typeorm';
import type { KeysEnv } from '../../env.ts';
import { KEYS_ENV, LOGGER } from '../../tokens.ts';
import { WebhookSecrets } from '../secrets/webhook-secrets.ts';
import { attempt, type SigningSecret } from './attempt.ts';
import { claimDeliveries, type ClaimedDelivery } from './claim-deliveries.ts';
import { recordOutcomes, type Tried } from './record-outcomes.ts';

const pollMs = 250;
const lanes = 128;
const lanesPerEndpoint = 64;
/** How long a process that is asked to stop waits for receivers; what is still open then is delivered again by another. */
const patienceMs = 5000;

/** Sends what is due. Any number of replicas share the queue; what one leaves undone when it dies another does, under the same id. */
@Injectable()
export class DeliverWebhooks implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly post: GuardedPost;
  private readonly leaseSeconds: number;
  private readonly open = new Map<string, number>();
  private readonly running = new Set<Promise<void>>();
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private tried: Tried[] = [];
  private writing: Promise<void> | undefined;
  private stopped = false;
  private abandoned = false;

  constructor(
    private readonly dataSource: DataSource,
    private readonly secrets: WebhookSecrets,
    private readonly clock: WallClock,
    @Inject(KEYS_ENV) env: KeysEnv,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.post = new GuardedPost({ allowPrivateAddresses: env.LATCHKEY_ALLOW_PRIVATE_UPSTREAMS, timeoutMs: env.LATCHKEY_WEBHOOK_TIMEOUT_MS });
    this.leaseSeconds = (2 * env.LATCHKEY_WEBHOOK_TIMEOUT_MS) / 1000;
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.look(), pollMs).unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.looking;
    const patience = new AbortController();
    await Promise.race([Promise.all(this.running), delay(patienceMs, undefined, { signal: patience.signal }).catch(() => undefined)]);
    patience.abort();
    this.abandoned = true;
    await this.post.close();
    await this.writing;
  }

  private look(): void {
    if (this.stopped) return;
    this.looking ??= this.fill()
      .catch((error: unknown) => this.logger.warn({ err: error }, 'the queue of webhooks could not be read; it is tried again'))
      .finally(() => {
        this.looking = undefined;
      });
  }

  /** Takes rows until there are no more, or no lane is free. */
  private async fill(): Promise<void> {
    for (;;) {
      const limit = lanes - this.running.size;
      if (limit <= 0 || this.stopped) return;
      const busy = [...this.open].filter(([, count]) => count >= lanesPerEndpoint).map(([id]) => id);
      const perEndpoint = (id: string): number => lanesPerEndpoint - (this.open.get(id) ?? 0);
      const { claimed, seen } = await claimDeliveries(this.dataSource, { limit, busy, perEndpoint, leaseSeconds: this.leaseSeconds });
      await this.send(claimed);
      if (seen < limit) return;
    }
  }

  private async send(claimed: readonly ClaimedDelivery[]): Promise<void> {
    if (claimed.length === 0) return;
    const now = new Date(this.clock.nowMs());
    const byEndpoint = new Map<string, SigningSecret[]>();
    for (const row of await this.secrets.live(this.dataSource.manager, 'endpointId', [...new Set(claimed.map(({ endpointId }) => endpointId))], now)) {
      const endpointId = row.endpointId ?? '';
      try {
        const secret = await this.secrets.open(row);
        byEndpoint.set(endpointId, [...(byEndpoint.get(endpointId) ?? []), { id: row.id, secret }]);
      } catch (error) {
        this.logger.error({ err: error, endpoint: endpointId }, 'a webhook secret does not open');
      }
    }
    for (const delivery of claimed) this.start(delivery, byEndpoint.get(delivery.endpointId) ?? []);
  }

  private start(delivery: ClaimedDelivery, secrets: readonly SigningSecret[]): void {
    const { endpointId } = delivery;
    // Without a secret it could only go out unsigned: it stays where it is.
    if (secrets.length === 0) return this.logger.error({ delivery: delivery.id, endpoint: endpointId }, 'a webhook endpoint has no live secret');
    this.open.set(endpointId, (this.open.get(endpointId) ?? 0) + 1);
    const lane: Promise<void> = attempt(this.post, delivery, secrets, new Date(this.clock.nowMs())).then((outcome) => {
      this.running.delete(lane);
      const left = (this.open.get(endpointId) ?? 1) - 1;
      if (left === 0) this.open.delete(endpointId);
      else this.open.set(endpointId, left);
      if (this.abandoned) return;
      this.tried.push({ delivery, outcome });
      this.writing ??= this.write();
    });
    this.running.add(lane);
  }

  /** Everything that has come in while the last batch was written goes into the next. */
  private async write(): Promise<void> {
    while (this.tried.length > 0) {
      const batch = this.tried.splice(0);
      try {
        await this.dataSource.transaction((manager) => recordOutcomes(manager, batch));
      } catch (error) {
        // Their claims end, and they are delivered again: once too often is better than not at all.
        this.logger.warn({ err: error, deliveries: batch.length }, 'what came of webhook deliveries could not be written');
      }
      this.look();
    }
    this.writing = undefined;
  }
}
