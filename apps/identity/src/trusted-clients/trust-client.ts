import type { IdentityAssertionClaims, TrustClient as Input, TrustedClient } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { Problem } from '@latchkey/problem';
import { DataSource, IsNull } from 'typeorm';
import { cleaned } from '../audit/oauth-author.ts';
import { actorOf, recordAudit } from '../audit/record-audit.ts';
import { ClientEntity } from '../clients/client.entity.ts';
import { TrustedClientEntity } from '../clients/trusted-client.entity.ts';
import { isDocumentUrl } from '../clients/metadata-document.ts';
import { ActingMember } from '../organizations/acting-member.ts';
import { administratedOrg } from '../organizations/administrated-org.ts';
import { holdStanding } from '../organizations/hold-standing.ts';
import { personOrNull } from '../organizations/require-person.ts';
import { addTrust } from './add-trust.ts';
import { presentTrustedClient } from './present-trusted-client.ts';

/** Vouches for a client, or for all whose documents are at a host: their names count as verified in the organization (AS-90). */
@Injectable()
export class TrustClient {
  constructor(
    private readonly dataSource: DataSource,
    private readonly actingMember: ActingMember,
  ) {}

  /** @throws Problem `insufficient_scope`, `not_found`, `insufficient_role`, `invalid_request` for a client that nobody has registered */
  async run(caller: IdentityAssertionClaims, input: Input): Promise<TrustedClient> {
    const acting = await this.actingMember.acting(caller, 'org:admin', input.org);
    const org = administratedOrg(acting.member);
    const [kind, value] = input.client === undefined ? (['host', input.host ?? ''] as const) : (['client', input.client] as const);
    if (kind === 'client' && !(await this.exists(org, value))) {
      throw new Problem('invalid_request', { detail: 'client: there is no such client', issues: [{ path: 'client', message: 'there is no such client' }] });
    }
    return this.dataSource.transaction(async (manager) => {
      await holdStanding(manager, acting);
      const known = await manager.existsBy(TrustedClientEntity, { org, kind, value });
      const row = await addTrust(manager, { org, kind, value, addedBy: personOrNull(caller.sub) });
      if (!known) await recordAudit(manager, { org, ...actorOf(caller), action: 'trusted_client.added', target: { kind: kind === 'host' ? 'client_host' : 'client', id: cleaned(value) } });
      return presentTrustedClient(row);
    });
  }

  /** A document's URL is a client wherever it is first met; other ids are in the table, and those of other tenants are as good as unknown. */
  private async exists(org: string, id: string): Promise<boolean> {
    if (id.startsWith('https://')) return isDocumentUrl(id);
    const manager = this.dataSource.manager;
    return manager.exists(ClientEntity, { where: [{ id, org, deletedAt: IsNull() }, { id, org: IsNull(), deletedAt: IsNull() }] });
  }
}
