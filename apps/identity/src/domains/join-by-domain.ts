import { Injectable } from '@nestjs/common';
import { Problem } from '@latchkey/problem';
import { DataSource } from 'typeorm';
import type { UserEntity } from '../accounts/user.entity.ts';
import { AddMember } from '../organizations/add-member.ts';
import { lockMemberships } from '../organizations/member-record.ts';
import { MemberEntity } from '../organizations/member.entity.ts';
import { FindDomain } from './find-domain.ts';

/**
 * Makes somebody a member of the organization that owns the domain of their address, where that organization wants it so. Asked whenever
 * the organizations of somebody who is signed in are looked at; mostly there is nothing to do.
 */
@Injectable()
export class JoinByDomain {
  constructor(
    private readonly dataSource: DataSource,
    private readonly findDomain: FindDomain,
    private readonly addMember: AddMember,
  ) {}

  async run(user: Pick<UserEntity, 'id' | 'email' | 'emailVerified'>): Promise<void> {
    // An address that was never confirmed is anybody's.
    if (!user.emailVerified) return;
    const owner = await this.findDomain.ownerOf(user.email);
    if (owner === null || !owner.autoJoin) return;
    const { org } = owner;
    // Whoever was removed has a row too, and does not come back by themselves.
    const known = { userId: user.id, org };
    if (await this.dataSource.manager.existsBy(MemberEntity, known)) return;
    await this.dataSource
      .transaction(async (manager) => {
        await lockMemberships(manager, user.id, org);
        if (await manager.existsBy(MemberEntity, known)) return;
        await this.addMember.run({ ...known, role: 'member' }, manager, { actor: { kind: 'user', id: user.id }, credential: null });
      })
      .catch((error: unknown) => {
        // Deleted meanwhile: then there is nothing to join.
        if (!(error instanceof Problem)) throw error;
      });
  }
}
