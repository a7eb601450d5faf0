import { randomUUID } from 'node:crypto';
import { WallClock } from '@latchkey/clock';
import type { HookReceipt } from '@latchkey/contracts';
import { Problem } from '@latchkey/problem';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { isRowId } from '../../paging/page.ts';
import { fillTemplate } from '../calling/fill-template.ts';
import { WebhookSecrets } from '../secrets/webhook-secrets.ts';
import { WebhookSubscriptionEntity } from '../subscriptions/webhook-subscription.entity.ts';
import type { SignedRequest } from '../verifiers/signed-request.ts';
import { verifierOf } from '../verifiers/verifier-of.ts';
import { readPayload } from './read-payload.ts';
import { ReplayClaims } from './replay-claims.ts';

export type Received = { kind: 'receipt'; receipt: HookReceipt } | { kind: 'challenge'; challenge: string };

/** Thrown to take back a transaction in which a repetition was found. */
class Repetition extends Error {}

/** Believes what is signed, once, and hands it over to the queue. The answer does not wait for the tool. */
@Injectable()
export class ReceiveHook {
  constructor(
    private readonly dataSource: DataSource,
    private readonly secrets: WebhookSecrets,
    private readonly replays: ReplayClaims,
    private readonly clock: WallClock,
  ) {}

  /** @throws Problem `not_found`, `signature_invalid` whatever part failed, `invalid_request` for a signed body that cannot be read */
  async run(id: string, request: SignedRequest): Promise<Received> {
    const { manager } = this.dataSource;
    const subscription = isRowId(id) ? await manager.findOneBy(WebhookSubscriptionEntity, { id, enabled: true }) : null;
    if (subscription === null) throw new Problem('not_found', { detail: 'There is nothing at this path.' });
    const replayIds = await this.verify(manager, subscription, request);
    const payload = readPayload(request);
    const challenge = challengeOf(subscription, payload);
    if (challenge !== null) return { kind: 'challenge', challenge };
    const known = await this.replays.known(id, replayIds);
    if (known !== null) return { kind: 'receipt', receipt: { id: known, status: 'duplicate' } };
    const receipt = await this.handOver(subscription, replayIds, request.body, payload);
    // Of a repetition that only the index knew one id may be new, and the message that it belongs to is still to come.
    if (receipt.status === 'accepted') await this.replays.note(id, replayIds, receipt.id);
    return { kind: 'receipt', receipt };
  }

  private async verify(manager: EntityManager, { id, verifier, hmac, toleranceSeconds }: WebhookSubscriptionEntity, request: SignedRequest): Promise<string[]> {
    const rows = await this.secrets.live(manager, 'subscriptionId', [id], new Date(this.clock.nowMs()));
    const secrets = await Promise.all(rows.map((row) => this.secrets.open(row)));
    const replayIds = verifierOf[verifier](request, secrets, { toleranceSeconds, hmac }, this.clock.nowSeconds());
    if (replayIds !== null) return replayIds;
    await this.noteRefusal(manager, id);
    throw new Problem('signature_invalid');
  }

  /** Nothing is kept of what anybody may have made up: how often, and when. A mistyped secret is found by it. */
  private async noteRefusal(manager: EntityManager, id: string): Promise<void> {
    await manager.query('UPDATE webhook_subscriptions SET refused = least(refused, 2147483646) + 1, refused_at = $2 WHERE id = $1', [id, new Date(this.clock.nowMs())]);
  }

  private async handOver(subscription: WebhookSubscriptionEntity, replayIds: readonly string[], body: Buffer, payload: unknown): Promise<HookReceipt> {
    const id = randomUUID();
    const filled = fillTemplate(subscription.action.arguments as Record<string, unknown>, payload);
    try {
      await this.dataSource.transaction(async (manager) => {
        await manager.query('INSERT INTO hook_deliveries (id, subscription_id, payload, arguments, created_at) VALUES ($1, $2, $3, $4, $5)', [
          id, subscription.id, body, JSON.stringify(filled), new Date(this.clock.nowMs()),
        ]);
        // Sorted, so that two that share ids wait for each other and not in a circle.
        const rows = await manager.query<unknown[]>(
          'INSERT INTO hook_replays (subscription_id, replay_id, delivery_id) SELECT $1, r, $3 FROM unnest($2::text[]) AS r ORDER BY r ON CONFLICT DO NOTHING RETURNING 1',
          [subscription.id, replayIds, id],
        );
        if (rows.length < replayIds.length) throw new Repetition();
      });
    } catch (error) {
      if (!(error instanceof Repetition)) throw error;
      return { id: await this.firstOf(subscription.id, replayIds), status: 'duplicate' };
    }
    return { id, status: 'accepted' };
  }

  private async firstOf(subscriptionId: string, replayIds: readonly string[]): Promise<string> {
    const [row] = await this.dataSource.query<{ id: string }[]>('SELECT delivery_id AS id FROM hook_replays WHERE subscription_id = $1 AND replay_id = ANY ($2) LIMIT 1', [subscriptionId, replayIds]);
    // It was removed in this moment: what it was is over.
    if (row === undefined) throw new Problem('replayed');
    return row.id;
  }
}

/** https://docs.slack.dev/reference/events/url_verification: answered only where it is signed (WH-14). */
function challengeOf({ verifier }: WebhookSubscriptionEntity, payload: unknown): string | null {
  if (verifier !== 'slack' || typeof payload !== 'object' || payload === null) return null;
  const { type, challenge } = payload as Record<string, unknown>;
  return type === 'url_verification' && typeof challenge === 'string' && challenge.length <= 512 ? challenge : null;
}
