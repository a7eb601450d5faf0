import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { RecordSignIn } from '../audit/record-sign-in.ts';
import { emailSchema } from './email.ts';
import { FindAccount } from './find-account.ts';
import { hashPassword, isOutdated, passwordMatches } from './password.ts';
import { SignInThrottle, type Attempt } from './sign-in-throttle.ts';
import { UserEntity } from './user.entity.ts';

export type Authentication =
  | { outcome: 'signed-in'; userId: string }
  /** One answer for a wrong password, an unknown address and a disabled account. */
  | { outcome: 'refused' }
  | { outcome: 'throttled'; retryAfterSeconds: number };

/** Longer than any password that can be chosen; what is longer is not hashed. */
const longestPassword = 1024;

/** Decides whether somebody is who they say they are. An unknown account costs as much time as a wrong password. */
@Injectable()
export class Authenticate {
  constructor(
    private readonly dataSource: DataSource,
    private readonly accounts: FindAccount,
    private readonly throttle: SignInThrottle,
    private readonly recordSignIn: RecordSignIn,
  ) {}

  async run(attempt: Attempt & { password: string }): Promise<Authentication> {
    const retryAfterSeconds = await this.throttle.charge(attempt);
    if (retryAfterSeconds !== null) {
      await this.recordSignIn.throttled(attempt.address);
      return { outcome: 'throttled', retryAfterSeconds };
    }
    const user = await this.find(attempt.email);
    const matches = await passwordMatches(user?.passwordHash, attempt.password.slice(0, longestPassword));
    if (user === null || !matches || user.disabledAt !== null) {
      await this.recordSignIn.refused(user?.id ?? null, 'password');
      return { outcome: 'refused' };
    }
    await this.throttle.refund(attempt);
    if (user.passwordHash !== null && isOutdated(user.passwordHash)) await this.renew(user.id, user.passwordHash, attempt.password);
    await this.recordSignIn.succeeded(user.id, 'password');
    return { outcome: 'signed-in', userId: user.id };
  }

  /** Hashes as new passwords are hashed now; a password that was changed in the meantime stays as it is. */
  private async renew(id: string, passwordHash: string, password: string): Promise<void> {
    await this.dataSource.manager.update(UserEntity, { id, passwordHash }, { passwordHash: await hashPassword(password) });
  }

  /** What is no address has no account, and may be text that no column can hold. */
  private async find(text: string): Promise<UserEntity | null> {
    const email = emailSchema.safeParse(text);
    return email.success ? this.accounts.withEmail(email.data) : null;
  }
}
