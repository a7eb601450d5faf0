import { randomBytes, randomUUID } from 'node:crypto';
import type { WebhookSecret } from '@latchkey/contracts';
import { Problem } from '@latchkey/problem';
import { Injectable } from '@nestjs/common';
import { In, IsNull, LessThanOrEqual, type EntityManager } from 'typeorm';
import { Envelope } from '../../encryption/envelope.ts';
import { WebhookSecretEntity } from './webhook-secret.entity.ts';

/** WH-02: more than these at once would make every message longer for nothing. */
export const maxLiveSecrets = 5;

/** Whose secrets: those of endpoints sign what we send, those of subscriptions what we receive. */
export type HolderColumn = 'endpointId' | 'subscriptionId';

interface Holder {
  id: string;
  org: string;
}

export const isLive = ({ expiresAt }: Pick<WebhookSecretEntity, 'expiresAt'>, now: Date): boolean => expiresAt === null || expiresAt > now;

export const secretView = ({ id, createdAt, expiresAt }: WebhookSecretEntity): WebhookSecret => ({
  id,
  createdAt: createdAt.toISOString(),
  expiresAt: expiresAt?.toISOString() ?? null,
});

/** `whsec_` and 32 random bytes in base64 (WH-01). */
export const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`;

/** Secrets of webhooks in and out: sealed in their rows, opened to sign or to verify, shown when they are made. */
@Injectable()
export class WebhookSecrets {
  constructor(private readonly envelope: Envelope) {}

  /** @returns the secret, which is kept sealed only */
  async mint(manager: EntityManager, column: HolderColumn, holder: Holder, now: Date, secret = newSecret()): Promise<string> {
    const id = randomUUID();
    const sealed = await this.envelope.seal({ table: 'webhook_secrets', id, org: holder.org }, Buffer.from(secret));
    await manager.insert(WebhookSecretEntity, { id, org: holder.org, [column]: holder.id, sealed, createdAt: now, expiresAt: null });
    return secret;
  }

  /** Of several holders, the newest first. */
  async live(manager: EntityManager, column: HolderColumn, holderIds: readonly string[], now: Date): Promise<WebhookSecretEntity[]> {
    if (holderIds.length === 0) return [];
    const rows = await manager.find(WebhookSecretEntity, { where: { [column]: In([...holderIds]) }, order: { createdAt: 'DESC', id: 'DESC' } });
    // The one that does not end is the newest, also where two were made in one millisecond.
    return rows.filter((row) => isLive(row, now)).sort((a, b) => Number(a.expiresAt !== null) - Number(b.expiresAt !== null));
  }

  /** A new secret beside the others, which end with the overlap at the latest. Those that have ended are forgotten. */
  async rotate(manager: EntityManager, column: HolderColumn, holder: Holder, overlapSeconds: number, now: Date, secret?: string): Promise<string> {
    await manager.delete(WebhookSecretEntity, { [column]: holder.id, expiresAt: LessThanOrEqual(now) });
    const before = await this.live(manager, column, [holder.id], now);
    if (overlapSeconds > 0 && before.length >= maxLiveSecrets) {
      throw new Problem('conflict', { detail: `There are ${maxLiveSecrets} live secrets; retire one first.` });
    }
    const end = new Date(now.getTime() + overlapSeconds * 1000);
    if (overlapSeconds === 0) await manager.delete(WebhookSecretEntity, { [column]: holder.id });
    else await manager.update(WebhookSecretEntity, { [column]: holder.id, expiresAt: IsNull() }, { expiresAt: end });
    return this.mint(manager, column, holder, now, secret);
  }

  /**
   * Ends one now, whatever overlap it was given. @returns those that are left
   * @throws Problem `not_found`; `conflict` for the newest: nothing could be signed any more, now or when the overlap ends
   */
  async retire(manager: EntityManager, column: HolderColumn, holder: Holder, secretId: string, now: Date): Promise<WebhookSecretEntity[]> {
    const live = await this.live(manager, column, [holder.id], now);
    const retired = live.find(({ id }) => id === secretId);
    if (retired === undefined) throw new Problem('not_found', { detail: 'There is no such secret.' });
    const left = live.filter((secret) => secret !== retired);
    if (!left.some(({ expiresAt }) => expiresAt === null)) throw new Problem('conflict', { detail: 'This is the newest secret; rotate it instead.' });
    await manager.delete(WebhookSecretEntity, { id: retired.id });
    return left;
  }

  async open({ id, org, sealed }: WebhookSecretEntity): Promise<string> {
    return (await this.envelope.open({ table: 'webhook_secrets', id, org }, sealed)).toString();
  }
}
