import { randomUUID } from 'node:crypto';
import type { IdentityAssertionClaims, RegisterTrustedIssuer, TrustedIssuer } from '@latchkey/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { isUniqueViolation } from '@latchkey/postgres';
import { Problem } from '@latchkey/problem';
import { DataSource, In, IsNull } from 'typeorm';
import { cleaned } from '../audit/oauth-author.ts';
import { actorOf, recordAudit } from '../audit/record-audit.ts';
import { ClientEntity } from '../clients/client.entity.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { ActingMember } from '../organizations/acting-member.ts';
import { holdStanding } from '../organizations/hold-standing.ts';
import { checkUpstreamUrl } from '../servers/upstream-url.ts';
import { ownedOrg } from '../organizations/owned-org.ts';
import { presentTrustedIssuer } from './present-trusted-issuer.ts';
import { TrustedIssuerEntity } from './trusted-issuer.entity.ts';

/** Lets an identity provider vouch for the members of an organization, towards the clients that are named. */
@Injectable()
export class TrustIssuer {
  constructor(
    private readonly dataSource: DataSource,
    private readonly actingMember: ActingMember,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
  ) {}

  /** @throws Problem `insufficient_scope`, `not_found`, `insufficient_role`, `invalid_request`, `conflict` */
  async run(caller: IdentityAssertionClaims, input: RegisterTrustedIssuer): Promise<TrustedIssuer> {
    const acting = await this.actingMember.acting(caller, 'org:admin', input.org);
    const org = ownedOrg(acting.member);
    const clients = [...new Set(input.clients)];
    checkUpstreamUrl(input.jwksUri, this.env.LATCHKEY_ALLOW_PRIVATE_UPSTREAMS);
    // Ours would let anybody with a token of ours be somebody else by it.
    if (input.issuer === this.env.LATCHKEY_ISSUER) throw invalid('issuer', 'we are no issuer of assertions');
    const known = await this.dataSource.manager.findBy(ClientEntity, { id: In(clients), org, origin: 'registered', deletedAt: IsNull() });
    if (known.length < clients.length || known.some(({ metadata }) => metadata['token_endpoint_auth_method'] === 'none')) {
      throw invalid('clients', 'only confidential clients that the organization has registered can be named');
    }
    return this.dataSource.transaction(async (manager) => {
      await holdStanding(manager, acting);
      const row = manager.create(TrustedIssuerEntity, { ...input, id: randomUUID(), org, clients, addedBy: caller.sub, createdAt: new Date() });
      try {
        await manager.insert(TrustedIssuerEntity, row);
      } catch (error) {
        if (isUniqueViolation(error)) throw new Problem('conflict', { detail: 'This issuer is trusted already.', cause: error });
        throw error;
      }
      const details = { issuer: cleaned(row.issuer), clients: clients.slice(0, 50), linkByEmail: row.linkByEmail };
      await recordAudit(manager, { org, ...actorOf(caller), action: 'trusted_issuer.added', target: { kind: 'trusted_issuer', id: row.id }, details });
      return presentTrustedIssuer(row);
    });
  }
}

const invalid = (path: string, message: string): Problem => new Problem('invalid_request', { detail: `${path}: ${message}`, issues: [{ path, message }] });
