import { displayNameSchema } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { AccountThrottle } from '../account-throttle.ts';
import { emailSchema } from '../email.ts';
import { hashPassword } from '../password.ts';
import { objectionTo, PasswordRules } from '../password-rules.ts';
import { QueueAccountRequest } from '../requests/queue-account-request.ts';

export const signUpFormSchema = z.object({
  name: z.string().max(1000).default(''),
  email: z.string().max(1000).default(''),
  password: z.string().max(10_000).default(''),
});
export type SignUpForm = z.infer<typeof signUpFormSchema>;

export type SignUpOutcome = { outcome: 'mailed' } | { outcome: 'unsuitable'; reason: string } | { outcome: 'throttled'; retryAfterSeconds: number };

export interface SignUpContext {
  address: string;
  browser: string | null;
  interaction: string | null;
}

/**
 * Takes the first half of a sign-up. There is no account until somebody who reads the address's mail confirms it, so nobody's address is
 * taken by others, no unverified account can sign in anywhere, and this answers the same whether or not there is one already.
 */
@Injectable()
export class SignUp {
  constructor(
    private readonly throttle: AccountThrottle,
    private readonly rules: PasswordRules,
    private readonly queue: QueueAccountRequest,
  ) {}

  async run(form: SignUpForm, { address, browser, interaction }: SignUpContext): Promise<SignUpOutcome> {
    const [email, name] = [emailSchema.safeParse(form.email), displayNameSchema.safeParse(form.name)];
    if (!email.success) return { outcome: 'unsuitable', reason: 'This is not an e-mail address.' };
    if (!name.success) return { outcome: 'unsuitable', reason: 'Enter a name of at most 100 characters.' };
    const owner = { email: email.data, name: name.data };
    // What is wrong at first sight costs nobody one of their attempts.
    const first = objectionTo(form.password, owner);
    if (first !== null) return { outcome: 'unsuitable', reason: first };
    const retryAfterSeconds = await this.throttle.charge('sign-up', { address, email: email.data });
    if (retryAfterSeconds !== null) return { outcome: 'throttled', retryAfterSeconds };
    const objection = await this.rules.judge(form.password, owner);
    if (objection !== null) return { outcome: 'unsuitable', reason: objection };
    const passwordHash = await hashPassword(form.password);
    await this.queue.run({ kind: 'sign_up', ...owner, passwordHash, interaction, browser, address });
    return { outcome: 'mailed' };
  }
}
