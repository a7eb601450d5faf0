import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { bySession, recordAudit } from '../audit/record-audit.ts';
import { Authenticate, type Authentication } from './authenticate.ts';
import { hashPassword, newPasswordSchema } from './password.ts';
import { UserEntity } from './user.entity.ts';

export type PasswordChange =
  | { outcome: 'changed' }
  | { outcome: 'unsuitable'; reason: string }
  | Exclude<Authentication, { outcome: 'signed-in' }>;

/**
 * Gives an account a new password, to whoever knows the old one. Every browser has to sign in again; programs that were connected, and
 * keys, stay as they are, so the gateways have nothing to learn and no record goes to them.
 */
@Injectable()
export class ChangePassword {
  constructor(
    private readonly dataSource: DataSource,
    private readonly authenticate: Authenticate,
  ) {}

  async run({ user, current, next, address }: { user: UserEntity; current: string; next: string; address: string }): Promise<PasswordChange> {
    const suitable = newPasswordSchema.safeParse(next);
    if (!suitable.success) return { outcome: 'unsuitable', reason: suitable.error.issues[0]?.message ?? 'another one' };
    const authentication = await this.authenticate.run({ email: user.email, password: current, address });
    if (authentication.outcome !== 'signed-in') return authentication;
    const passwordHash = await hashPassword(next);
    await this.dataSource.transaction(async (manager) => {
      await manager.update(UserEntity, { id: user.id }, { passwordHash });
      await manager.query('DELETE FROM console_sessions WHERE user_id = $1', [user.id]);
      await manager.query("DELETE FROM artifacts WHERE kind = 'Session' AND payload->>'accountId' = $1", [user.id]);
      await recordAudit(manager, { org: null, ...bySession(user.id), action: 'password.changed', target: { kind: 'user', id: user.id } });
    });
    return { outcome: 'changed' };
  }
}
