import { Injectable } from '@nestjs/common';
import { AccountThrottle } from '../account-throttle.ts';
import { Authenticate, type Authentication } from '../authenticate.ts';
import { emailSchema } from '../email.ts';
import { deviceOfSession } from '../known-devices.ts';
import { QueueAccountRequest } from '../requests/queue-account-request.ts';
import type { UserEntity } from '../user.entity.ts';

export type EmailChange = { outcome: 'mailed' } | { outcome: 'unsuitable'; reason: string } | Exclude<Authentication, { outcome: 'signed-in' }>;

/** Takes note that somebody wants another address. Nothing changes before the new one confirms; whether it has an account shows only there. */
@Injectable()
export class ChangeEmail {
  constructor(
    private readonly authenticate: Authenticate,
    private readonly throttle: AccountThrottle,
    private readonly queue: QueueAccountRequest,
  ) {}

  async run({ user, password, next, address }: { user: UserEntity; password: string; next: string; address: string }): Promise<EmailChange> {
    const email = emailSchema.safeParse(next);
    if (!email.success) return { outcome: 'unsuitable', reason: 'This is not an e-mail address.' };
    if (email.data === user.email) return { outcome: 'unsuitable', reason: 'This is your address already.' };
    const authentication = await this.authenticate.run({ email: user.email, password, address, device: deviceOfSession(user.id) });
    if (authentication.outcome !== 'signed-in') return authentication;
    const retryAfterSeconds = await this.throttle.charge('change-email', { address, email: email.data });
    if (retryAfterSeconds !== null) return { outcome: 'throttled', retryAfterSeconds };
    await this.queue.run({ kind: 'email_change', userId: user.id, email: email.data, address });
    return { outcome: 'mailed' };
  }
}
