import type { IdentityAssertionClaims, LinkedSubject, PageQuery } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { pageOf } from '../organizations/page.ts';
import { FindTrustedIssuer } from './find-trusted-issuer.ts';
import { LinkedSubjectEntity } from './linked-subject.entity.ts';
import { presentLinkedSubject } from './present-trusted-issuer.ts';

/** Who is who at a trusted issuer; for owners, because it names people. */
@Injectable()
export class ListSubjects {
  constructor(
    private readonly dataSource: DataSource,
    private readonly find: FindTrustedIssuer,
  ) {}

  async run(caller: IdentityAssertionClaims, issuerId: string, query: PageQuery): Promise<{ items: LinkedSubject[]; nextCursor: string | null }> {
    const { issuer: { id } } = await this.find.toChange(caller, issuerId);
    const subjects = this.dataSource.manager.createQueryBuilder(LinkedSubjectEntity, 'row').where('row.issuerId = :id', { id });
    const { rows, nextCursor } = await pageOf(subjects, { key: 'row.id', limit: query.limit, cursor: query.cursor });
    return { items: rows.map(presentLinkedSubject), nextCursor };
  }
}
