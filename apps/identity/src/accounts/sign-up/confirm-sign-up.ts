import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { isUniqueViolation } from '@latchkey/postgres';
import { DataSource } from 'typeorm';
import { recordAudit } from '../../audit/record-audit.ts';
import { AccountThrottle } from '../account-throttle.ts';
import { insertUser } from '../create-user.ts';
import { AccountLinks, type FoundLink } from '../links/account-links.ts';
import { passwordMatches } from '../password.ts';

export type SignUpConfirmation =
  | { outcome: 'created'; userId: string; interaction: string | null }
  | { outcome: 'exists' }
  | { outcome: 'gone' }
  | { outcome: 'refused' }
  | { outcome: 'throttled'; retryAfterSeconds: number };

export interface Confirming {
  token: string;
  password: string;
  browser: string | null;
  address: string;
}

/** Whether this is the browser in which the sign-up began: elsewhere the password is asked for. */
export const isSameBrowser = ({ content }: FoundLink<'sign_up'>, browser: string | null): boolean => browser !== null && content.browser === browser;

/**
 * Makes the account, for somebody who reads the address's mail and chose the password: the one without the other could be a stranger who
 * gave this address as theirs, or its holder who clicks on what a stranger began.
 */
@Injectable()
export class ConfirmSignUp {
  constructor(
    private readonly dataSource: DataSource,
    private readonly links: AccountLinks,
    private readonly throttle: AccountThrottle,
  ) {}

  async run({ token, password, browser, address }: Confirming): Promise<SignUpConfirmation> {
    const link = await this.links.find('sign_up', token);
    if (link === null) return { outcome: 'gone' };
    const { email, name, passwordHash, interaction } = link.content;
    if (!isSameBrowser(link, browser)) {
      const retryAfterSeconds = await this.throttle.charge('link', { address, email: token });
      if (retryAfterSeconds !== null) return { outcome: 'throttled', retryAfterSeconds };
      if (!(await passwordMatches(passwordHash, password))) return { outcome: 'refused' };
    }
    const user = { id: randomUUID(), email, name, passwordHash, emailVerified: true };
    try {
      return await this.dataSource.transaction(async (manager) => {
        if ((await this.links.use(manager, 'sign_up', token)) === null) return { outcome: 'gone' };
        await insertUser(manager, user);
        await recordAudit(manager, { org: null, actor: { kind: 'user', id: user.id }, action: 'user.created', target: { kind: 'user', id: user.id }, details: { by: 'sign_up' } });
        return { outcome: 'created', userId: user.id, interaction };
      });
    } catch (error) {
      // Two links for one address, confirmed one after the other or at once: the second finds the first one's account.
      if (isUniqueViolation(error)) return { outcome: 'exists' };
      throw error;
    }
  }
}
