import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { AccountThrottle } from '../account-throttle.ts';
import { emailSchema } from '../email.ts';
import { QueueAccountRequest } from '../requests/queue-account-request.ts';

export const forgotFormSchema = z.object({ email: z.string().max(1000).default('') });

export type ForgotOutcome = { outcome: 'mailed' } | { outcome: 'unsuitable' } | { outcome: 'throttled'; retryAfterSeconds: number };

/** Takes note that somebody cannot sign in. Whether there is such an account shows in their mail only. */
@Injectable()
export class ForgotPassword {
  constructor(
    private readonly throttle: AccountThrottle,
    private readonly queue: QueueAccountRequest,
  ) {}

  async run(text: string, { address, interaction }: { address: string; interaction: string | null }): Promise<ForgotOutcome> {
    const email = emailSchema.safeParse(text);
    if (!email.success) return { outcome: 'unsuitable' };
    const retryAfterSeconds = await this.throttle.charge('forgot-password', { address, email: email.data });
    if (retryAfterSeconds !== null) return { outcome: 'throttled', retryAfterSeconds };
    await this.queue.run({ kind: 'password_reset', email: email.data, interaction, address });
    return { outcome: 'mailed' };
  }
}
