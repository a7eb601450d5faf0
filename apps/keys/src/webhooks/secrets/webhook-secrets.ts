import { randomBytes, randomUUID } from 'node:crypto';
import type { WebhookSecret } from '@latchkey/contracts';
import { Problem } from '@latchkey/problem';
import { Injectable } from '@nestjs/common';
import { In, IsNull, LessThanOrEqual, type EntityManager } from 'typeorm';
import { Envelope } from '../../encryption/envelope.ts';
import { WebhookSecretEntity } from './webhook-secret.entity.ts';

/** WH-02: more than these at once would make every message longer for nothing. */
export const maxLiveSecrets = 5;

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

/** The secrets of endpoints: sealed in their rows, opened to sign, shown when they are made. */
@Injectable()
export class WebhookSecrets {
  constructor(private readonly envelope: Envelope) {}

  /** @returns `whsec_` and 32 random bytes in base64 (WH-01); kept sealed only */
  async mint(manager: EntityManager, endpoint: Holder, now: Date): Promise<string> {
    const id = randomUUID();
    const secret = `whsec_${randomBytes(32).toString('base64')}`;
    const sealed = await this.envelope.seal({ table: 'webhook_secrets', id, org: endpoint.org }, Buffer.from(secret));
    await manager.insert(WebhookSecretEntity, { id, org: endpoint.org, endpointId: endpoint.id, sealed, createdAt: now, expiresAt: null });
    return secret;
  }

  /** Of several endpoints, the newest first. */
  async live(manager: EntityManager, endpointIds: readonly string[], now: Date): Promise<WebhookSecretEntity[]> {
    if (endpointIds.length === 0) return [];
    const rows = await manager.find(WebhookSecretEntity, { where: { endpointId: In([...endpointIds]) }, order: { createdAt: 'DESC', id: 'DESC' } });
    // The one that does not end is the newest, also where two were made in one millisecond.
    return rows.filter((row) => isLive(row, now)).sort((a, b) => Number(a.expiresAt !== null) - Number(b.expiresAt !== null));
  }

  /** A new secret beside the others, which end with the overlap at the latest. Those that have ended are forgotten. */
  async rotate(manager: EntityManager, endpoint: Holder, overlapSeconds: number, now: Date): Promise<string> {
    await manager.delete(WebhookSecretEntity, { endpointId: endpoint.id, expiresAt: LessThanOrEqual(now) });
    const before = await this.live(manager, [endpoint.id], now);
    if (overlapSeconds > 0 && before.length >= maxLiveSecrets) {
      throw new Problem('conflict', { detail: `There are ${maxLiveSecrets} live secrets; retire one first.` });
    }
    const end = new Date(now.getTime() + overlapSeconds * 1000);
    if (overlapSeconds === 0) await manager.delete(WebhookSecretEntity, { endpointId: endpoint.id });
    else await manager.update(WebhookSecretEntity, { endpointId: endpoint.id, expiresAt: IsNull() }, { expiresAt: end });
    return this.mint(manager, endpoint, now);
  }

  async open({ id, org, sealed }: WebhookSecretEntity): Promise<string> {
    return (await this.envelope.open({ table: 'webhook_secrets', id, org }, sealed)).toString();
  }
}
