import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Authenticate, type Authentication } from '../accounts/authenticate.ts';
import { CheckSecondFactor } from '../second-factor/check-second-factor.ts';
import { CompleteSignIn } from './complete-sign-in.ts';
import { PendingSignInEntity } from './pending-sign-in.entity.ts';
import { withPassword } from './sign-in-facts.ts';

export type Link = { outcome: 'linked'; next: string } | { outcome: 'taken' } | Exclude<Authentication, { outcome: 'signed-in' }>;

/**
 * Connects a foreign identity with an account, for somebody who has proven to be both: they came from the provider in this browser, and
 * have the account's password and second factor, or its console session. An equal address is no proof of anything.
 */
@Injectable()
export class LinkSignIn {
  constructor(
    private readonly dataSource: DataSource,
    private readonly authenticate: Authenticate,
    private readonly secondFactor: CheckSecondFactor,
    private readonly complete: CompleteSignIn,
  ) {}

  async withPassword(pending: PendingSignInEntity, attempt: { email: string; password: string; address: string; device: string | null }): Promise<Link> {
    const authentication = await this.authenticate.run(attempt);
    if (authentication.outcome !== 'signed-in') return authentication;
    const { userId } = authentication;
    const facts = withPassword(pending);
    if (!(await this.secondFactor.enrolled(userId))) return linked(await this.complete.run(pending, userId, facts));
    const waiting = { stage: 'second-factor' as const, userId, amr: [...facts.amr], signedInAt: facts.signedInAt };
    const { affected } = await this.dataSource.manager.update(PendingSignInEntity, { idHash: pending.idHash, stage: 'link' }, waiting);
    return affected === 1 ? { outcome: 'linked', next: '/sign-in/second-factor' } : { outcome: 'taken' };
  }

  /** For who is signed in to the console, and said so again on the page. */
  async withSession(pending: PendingSignInEntity, userId: string): Promise<Link> {
    return pending.userId === userId ? linked(await this.complete.run(pending, userId, pending)) : { outcome: 'taken' };
  }
}

const linked = (next: string | null): Link => (next === null ? { outcome: 'taken' } : { outcome: 'linked', next });
