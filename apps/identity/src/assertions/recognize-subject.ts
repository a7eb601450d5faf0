import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { recordAudit } from '../audit/record-audit.ts';
import { LinkedSubjectEntity } from './linked-subject.entity.ts';
import { refuse, type AssertionClaims } from './read-assertion.ts';
import type { TrustedIssuerEntity } from './trusted-issuer.entity.ts';

/** Tells which member an assertion is about: by issuer and subject; by address only once, only where the organization allows it (AS-81). */
@Injectable()
export class RecognizeSubject {
  /** @throws InvalidGrant, one answer for whoever is not known */
  async run(manager: EntityManager, issuer: TrustedIssuerEntity, { sub, email, email_verified: verified }: AssertionClaims): Promise<string> {
    const known = await manager.findOneBy(LinkedSubjectEntity, { issuerId: issuer.id, subject: sub });
    if (known !== null) return known.userId;
    if (!issuer.linkByEmail || verified !== true || email === undefined) throw refuse('the subject of the assertion is not known here');
    return this.linkByEmail(manager, issuer, sub, email);
  }

  /** Of a member who has proven the address here too, and is nobody else at this issuer yet. */
  private async linkByEmail(manager: EntityManager, issuer: TrustedIssuerEntity, subject: string, email: string): Promise<string> {
    const rows = await manager.query<{ id: string }[]>(
      `SELECT u.id FROM users u JOIN members m ON m.user_id = u.id AND m.org = $2 AND m.removed_at IS NULL
       WHERE lower(u.email) = lower($1) AND u.email_verified AND u.disabled_at IS NULL
         AND NOT EXISTS (SELECT 1 FROM linked_subjects s WHERE s.issuer_id = $3 AND s.user_id = u.id)`,
      [email, issuer.org, issuer.id],
    );
    const user = rows[0];
    if (user === undefined || rows.length > 1) throw refuse('the subject of the assertion is not known here');
    const id = randomUUID();
    await manager.query(`INSERT INTO linked_subjects (id, issuer_id, subject, user_id, linked_by) VALUES ($1, $2, $3, $4, 'email') ON CONFLICT DO NOTHING`, [id, issuer.id, subject, user.id]);
    const linked = await manager.findOneByOrFail(LinkedSubjectEntity, { issuerId: issuer.id, subject });
    if (linked.id === id) {
      const target = { kind: 'user', id: user.id };
      await recordAudit(manager, { org: issuer.org, actor: { kind: 'service', id: 'identity' }, action: 'trusted_issuer.subject_linked', target, details: { issuer: issuer.id, by: 'email' } });
    }
    return linked.userId;
  }
}
