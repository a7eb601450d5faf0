import { Inject, Injectable } from '@nestjs/common';
import { DataSource, IsNull, type EntityManager } from 'typeorm';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { idTokenSeconds } from '../provider/lifetimes.ts';
import { byIdentity, recordAudit } from '../audit/record-audit.ts';
import { publishKeys } from './publish-keys.ts';
import { SecretKeyEntity, type KeyPurpose } from './secret-key.entity.ts';
import { SigningKeys } from './signing-keys.ts';

/** Clocks of verifiers may differ by so much. */
const skewSeconds = 60;

const rotated: readonly KeyPurpose[] = ['ES256', 'RS256'];

const agedSeconds = (since: Date, now: Date): number => (now.getTime() - since.getTime()) / 1000;

/**
 * Moves the signing keys on, one step a call: a successor is announced (published last), promoted (signs) once everybody who caches the
 * key set has seen it, and the old key is dropped after the last token that it signed (AS-70). Steps are taken from what the table says,
 * by the database's clock, so any number of replicas may call, and a restart in between changes nothing.
 */
@Injectable()
export class RotateSigningKeys {
  constructor(
    private readonly dataSource: DataSource,
    private readonly keys: SigningKeys,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
  ) {}

  async step(): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      await this.keys.lock(manager);
      const [clock] = await manager.query<[{ now: Date }]>('SELECT now()');
      for (const purpose of rotated) await this.stepOf(manager, purpose, clock.now);
    });
  }

  private async stepOf(manager: EntityManager, purpose: KeyPurpose, now: Date): Promise<void> {
    const keys = await manager.find(SecretKeyEntity, { where: { purpose, retiredAt: IsNull() }, order: { position: 'ASC' } });
    const [signing] = keys;
    if (signing === undefined) return;
    const tokenSeconds = purpose === 'ES256' ? this.env.LATCHKEY_ACCESS_TOKEN_TTL_SECONDS : idTokenSeconds;
    const spent = keys.filter(({ signedUntil }) => signedUntil !== null && agedSeconds(signedUntil, now) > tokenSeconds + skewSeconds);
    for (const { id } of spent) {
      await manager.update(SecretKeyEntity, { id }, { retiredAt: now });
      await this.record(manager, 'signing_key.retired', { id, purpose });
    }

    const successor = keys.find((key) => key !== signing && key.signedUntil === null);
    let announced = false;
    if (successor !== undefined) {
      if (agedSeconds(successor.createdAt, now) >= this.env.LATCHKEY_SIGNING_KEY_ANNOUNCE_SECONDS) {
        await manager.update(SecretKeyEntity, { id: successor.id }, { position: signing.position - 1 });
        await manager.update(SecretKeyEntity, { id: signing.id }, { signedUntil: now });
        await this.record(manager, 'signing_key.promoted', successor);
      }
    } else if (agedSeconds(signing.createdAt, now) >= this.env.LATCHKEY_SIGNING_KEY_LIFETIME_SECONDS) {
      await this.keys.add(manager, purpose, Math.max(...keys.map(({ position }) => position)) + 1);
      announced = true;
    }
    if (purpose === 'ES256' && (announced || spent.length > 0)) await publishKeys(manager);
  }

  private record(manager: EntityManager, action: string, { id, purpose }: Pick<SecretKeyEntity, 'id' | 'purpose'>): Promise<void> {
    return recordAudit(manager, { org: null, ...byIdentity, action, target: { kind: 'signing_key', id }, details: { purpose } });
  }
}
