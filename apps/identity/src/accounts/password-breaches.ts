import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from '@latchkey/telemetry';
import { OutboundFetch } from '@latchkey/outbound';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { LOGGER } from '../tokens.ts';

/** The way out to the list of breached passwords; apart from other ways out, because its answers are larger. */
export abstract class BreachFetch extends OutboundFetch {}

const rangeUrl = 'https://api.pwnedpasswords.com/range/';

/**
 * Asks Have I Been Pwned whether a password is known to attackers, where the operator allows it. Five of the forty digits of its SHA-1 go
 * out, which some thousand passwords share (k-anonymity), and padding hides how many came back.
 */
@Injectable()
export class PasswordBreaches {
  constructor(
    private readonly outbound: BreachFetch,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** @returns false also when nobody answers: a list that is down keeps no one from a new password */
  async include(password: string): Promise<boolean> {
    if (!this.env.LATCHKEY_PASSWORD_BREACH_CHECK) return false;
    const digest = createHash('sha1').update(password).digest('hex').toUpperCase();
    try {
      const { status, body } = await this.outbound.get(`${rangeUrl}${digest.slice(0, 5)}`, undefined, { 'add-padding': 'true', accept: 'text/plain' });
      if (status !== 200) throw new Error(`the list answered ${status}`);
      // Padding has a count of 0.
      return body.split('\n').some((line) => line.startsWith(`${digest.slice(5)}:`) && Number(line.slice(36)) > 0);
    } catch (error) {
      this.logger.warn({ reason: error instanceof Error ? error.message : 'unknown' }, 'the list of breached passwords could not be asked; the password was let through');
      return false;
    }
  }
}
