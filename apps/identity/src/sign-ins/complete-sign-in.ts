import { Injectable } from '@nestjs/common';
import { Problem } from '@latchkey/problem';
import { DataSource } from 'typeorm';
import { foreignIdentitySchema, linkIdentity } from '../federation/link-identity.ts';
import { continuePath, destinationSchema, startPath } from './destination.ts';
import { PendingSignInEntity } from './pending-sign-in.entity.ts';
import type { SignInFacts } from './sign-in-facts.ts';

/** Makes a pending sign-in ready to be taken up, once everything that it waited for is there. */
@Injectable()
export class CompleteSignIn {
  constructor(private readonly dataSource: DataSource) {}

  /** @returns where the browser goes on; null when another request was first, or the identity is another account's */
  async run(pending: PendingSignInEntity, userId: string, { amr, signedInAt }: SignInFacts): Promise<string | null> {
    const destination = destinationSchema.parse(pending.destination);
    const { idHash, stage } = pending;
    const ends = destination === 'connect';
    try {
      await this.dataSource.transaction(async (manager) => {
        const { affected } = ends
          ? await manager.delete(PendingSignInEntity, { idHash, stage })
          : await manager.update(PendingSignInEntity, { idHash, stage }, { stage: 'ready', userId, amr: [...amr], signedInAt, identity: null });
        if (affected !== 1) throw new Problem('conflict', { detail: 'This page was used already.' });
        if (pending.identity !== null) await linkIdentity(manager, userId, foreignIdentitySchema.parse(pending.identity));
      });
    } catch (error) {
      if (error instanceof Problem && error.code === 'conflict') return null;
      throw error;
    }
    return ends ? startPath(destination) : continuePath(destination);
  }
}
