import { Injectable } from '@nestjs/common';
import { WallClock } from '@latchkey/clock';
import { DataSource, type EntityManager } from 'typeorm';
import { z } from 'zod';
import type { UserEntity } from '../accounts/user.entity.ts';
import { bySession, recordAudit } from '../audit/record-audit.ts';
import { MasterKey } from '../keys/master-key.ts';
import { QueueMail } from '../mail/queue-mail.ts';
import { isTimedCode, newRecoveryCodes, newSecret, otpauthLink, plainCode, recoveryCodeHash, secretText, stepOf } from './one-time-codes.ts';
import { RecoveryCodeEntity, SecondFactorEntity } from './second-factor.entity.ts';

/** How long a secret that was shown can still be confirmed. */
const offerMs = 900_000;

const offerSchema = z.object({ secret: z.string(), until: z.number() });

/** A secret that is shown but not in use: the page carries it, sealed, so that nobody else's page can be confirmed by this person. */
export interface Offer {
  sealed: string;
  secret: string;
  link: string;
}

export const factorName = (userId: string): string => `second-factor:${userId}`;
const offerName = (userId: string): string => `second-factor-offer:${userId}`;

/** Binds an authenticator app to an account. */
@Injectable()
export class EnrolSecondFactor {
  constructor(
    private readonly dataSource: DataSource,
    private readonly masterKey: MasterKey,
    private readonly queueMail: QueueMail,
    private readonly clock: WallClock,
  ) {}

  offer(user: UserEntity): Offer {
    return this.present(user, newSecret(), this.clock.nowMs() + offerMs);
  }

  /** The same offer for another try. @returns a new one for what is none of ours, or too old */
  again(user: UserEntity, sealed: string): Offer {
    const opened = this.open(user.id, sealed);
    return opened === null ? this.offer(user) : this.present(user, opened.secret, opened.until);
  }

  /** @returns recovery codes, which are shown now and never again; null when the code or the offer is not right, or there is an app already */
  async confirm(user: UserEntity, sealed: string, text: string): Promise<string[] | null> {
    const opened = this.open(user.id, sealed);
    const code = plainCode(text);
    const step = opened === null || !isTimedCode(code) ? null : stepOf(opened.secret, code, this.clock.nowMs());
    if (opened === null || step === null) return null;
    const row = { userId: user.id, sealed: this.masterKey.seal(factorName(user.id), opened.secret), lastStep: String(step) };
    return this.dataSource.transaction(async (manager) => {
      const inserted = await manager.query<unknown[]>(
        'INSERT INTO second_factors (user_id, sealed, last_step) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING 1',
        [row.userId, row.sealed, row.lastStep],
      );
      if (inserted.length === 0) return null;
      const codes = await this.replaceRecoveryCodes(manager, user.id);
      await recordAudit(manager, { org: null, ...bySession(user.id), action: 'second_factor.enrolled', target: { kind: 'user', id: user.id } });
      await this.notify(manager, user, 'An authenticator app was added to your account', 'From now on, signing in with your password also asks for a code from it.');
      return codes;
    });
  }

  /** Ten new recovery codes; those of before are worth nothing any more. */
  async replaceRecoveryCodes(manager: EntityManager, userId: string): Promise<string[]> {
    const codes = newRecoveryCodes();
    await manager.delete(RecoveryCodeEntity, { userId });
    await manager.insert(RecoveryCodeEntity, codes.map((code) => ({ userId, codeHash: recoveryCodeHash(userId, code) })));
    return codes;
  }

  /** Takes the app away; whoever asks has just shown a code. */
  async remove(user: UserEntity): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      const { affected } = await manager.delete(SecondFactorEntity, { userId: user.id });
      if (affected !== 1) return;
      await recordAudit(manager, { org: null, ...bySession(user.id), action: 'second_factor.removed', target: { kind: 'user', id: user.id } });
      await this.notify(manager, user, 'The authenticator app was removed from your account', 'From now on, your password alone signs you in.');
    });
  }

  async renewRecoveryCodes(user: UserEntity): Promise<string[]> {
    return this.dataSource.transaction(async (manager) => {
      const codes = await this.replaceRecoveryCodes(manager, user.id);
      await recordAudit(manager, { org: null, ...bySession(user.id), action: 'recovery_codes.replaced', target: { kind: 'user', id: user.id } });
      await this.notify(manager, user, 'Your recovery codes were replaced', 'The codes that you had before work no more.');
      return codes;
    });
  }

  private notify(manager: EntityManager, { email }: UserEntity, subject: string, what: string): Promise<void> {
    const text = `${subject}.\n\n${what}\n\nIf it was not you who did this, change your password at once and tell whoever runs this Latchkey.\n`;
    return this.queueMail.run(manager, { to: email, subject, text });
  }

  private present(user: UserEntity, secret: Buffer, until: number): Offer {
    const sealed = this.masterKey.seal(offerName(user.id), Buffer.from(JSON.stringify({ secret: secret.toString('base64'), until })));
    return { sealed: sealed.toString('base64url'), secret: secretText(secret), link: otpauthLink(secret, user.email) };
  }

  private open(userId: string, sealed: string): { secret: Buffer; until: number } | null {
    try {
      const { secret, until } = offerSchema.parse(JSON.parse(this.masterKey.open(offerName(userId), Buffer.from(sealed, 'base64url')).toString()));
      return until <= this.clock.nowMs() ? null : { secret: Buffer.from(secret, 'base64'), until };
    } catch {
      return null;
    }
  }
}
