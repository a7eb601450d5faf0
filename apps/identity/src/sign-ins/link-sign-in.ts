import { Injectable } from '@nestjs/common';
import { Problem } from '@latchkey/problem';
import { DataSource } from 'typeorm';
import { Authenticate, type Authentication } from '../accounts/authenticate.ts';
import { foreignIdentitySchema, linkIdentity } from '../federation/link-identity.ts';
import { continuePath, startPath } from './destination.ts';
import { PendingSignInEntity } from './pending-sign-in.entity.ts';

export type Link = { outcome: 'linked'; next: string } | { outcome: 'taken' } | Exclude<Authentication, { outcome: 'signed-in' }>;

/**
 * Connects a foreign identity with an account, for somebody who has proven to be both: they came from the provider in this browser, and
 * have the account's password, or its console session. An equal address is no proof of anything.
 */
@Injectable()
export class LinkSignIn {
  constructor(
    private readonly dataSource: DataSource,
    private readonly authenticate: Authenticate,
  ) {}

  /** By password. */
  async withPassword(pending: PendingSignInEntity, attempt: { email: string; password: string; address: string }): Promise<Link> {
    const authentication = await this.authenticate.run(attempt);
    if (authentication.outcome !== 'signed-in') return authentication;
    return this.link(pending, authentication.userId, ['pwd', ...pending.amr]);
  }

  /** For who is signed in to the console, and said so again on the page. */
  withSession(pending: PendingSignInEntity, userId: string): Promise<Link> {
    return pending.userId === userId ? this.link(pending, userId, pending.amr) : Promise.resolve({ outcome: 'taken' });
  }

  private async link(pending: PendingSignInEntity, userId: string, amr: string[]): Promise<Link> {
    const destination = pending.destination;
    const identity = foreignIdentitySchema.parse(pending.identity);
    try {
      await this.dataSource.transaction(async (manager) => {
        const done = destination === 'connect';
        const { affected } = done
          ? await manager.delete(PendingSignInEntity, { idHash: pending.idHash, stage: 'link' })
          : await manager.update(PendingSignInEntity, { idHash: pending.idHash, stage: 'link' }, { stage: 'ready', userId, amr, identity: null, signedInAt: new Date() });
        if (affected !== 1) throw new Problem('conflict', { detail: 'This page was used already.' });
        await linkIdentity(manager, userId, identity);
      });
    } catch (error) {
      if (error instanceof Problem && error.code === 'conflict') return { outcome: 'taken' };
      throw error;
    }
    return { outcome: 'linked', next: destination === 'connect' ? startPath(destination) : continuePath(destination) };
  }
}
