import type { IdentityAssertionClaims } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { Problem } from '@latchkey/problem';
import { DataSource } from 'typeorm';
import { isUserId } from '../accounts/user-id.ts';
import { ActingMember } from '../organizations/acting-member.ts';
import type { Acting } from '../organizations/acting.ts';
import { ownedOrg } from '../organizations/owned-org.ts';
import { TrustedIssuerEntity } from './trusted-issuer.entity.ts';

/** One trusted issuer, for those who may know of it. */
@Injectable()
export class FindTrustedIssuer {
  constructor(
    private readonly dataSource: DataSource,
    private readonly actingMember: ActingMember,
  ) {}

  /** @throws Problem `insufficient_scope`, `not_found` alike for none and another tenant's */
  async toRead(caller: IdentityAssertionClaims, id: string): Promise<TrustedIssuerEntity> {
    const { org } = await this.actingMember.run(caller, 'org:read');
    return this.find(org, id);
  }

  /** @throws Problem `insufficient_scope`, `insufficient_role`, `not_found` */
  async toChange(caller: IdentityAssertionClaims, id: string): Promise<{ acting: Acting; issuer: TrustedIssuerEntity }> {
    const acting = await this.actingMember.acting(caller, 'org:admin');
    return { acting, issuer: await this.find(ownedOrg(acting.member), id) };
  }

  private async find(org: string, id: string): Promise<TrustedIssuerEntity> {
    // All ids here have the form of a user's.
    const row = isUserId(id) ? await this.dataSource.manager.findOneBy(TrustedIssuerEntity, { id, org }) : null;
    if (row === null) throw new Problem('not_found');
    return row;
  }
}
