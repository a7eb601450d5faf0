import type { IdentityAssertionClaims, RegisteredOauthClient, RotateClientSecret as Input } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { WallClock } from '@latchkey/clock';
import { Problem } from '@latchkey/problem';
import { DataSource } from 'typeorm';
import { clientReference } from '../audit/oauth-author.ts';
import { actorOf, recordAudit } from '../audit/record-audit.ts';
import { ClientEntity } from '../clients/client.entity.ts';
import { secretHash, storedSecret } from '../clients/client-secret.ts';
import { holdStanding } from '../organizations/hold-standing.ts';
import { ActingRegistrant } from './acting-registrant.ts';
import { auditName } from './client-name.ts';
import { presentOauthClient } from './present-oauth-client.ts';
import { newClientSecret } from './register-oauth-client.ts';
import { requireHeld } from './require-held.ts';
import { isTrusted, VisibleOauthClient } from './visible-oauth-client.ts';

/** Gives a client a new secret. The one before it is taken for a while longer; an older one ends at once, for two are enough. */
@Injectable()
export class RotateClientSecret {
  constructor(
    private readonly dataSource: DataSource,
    private readonly registrant: ActingRegistrant,
    private readonly visible: VisibleOauthClient,
    private readonly clock: WallClock,
  ) {}

  /** @throws Problem `insufficient_scope`, `not_found`, `insufficient_role`, `policy_violation`, `conflict` for a client without a secret */
  async run(caller: IdentityAssertionClaims, id: string, { graceSeconds }: Input): Promise<RegisteredOauthClient> {
    const acting = await this.registrant.acting(caller);
    const { member } = acting;
    const { org } = member;
    const secret = newClientSecret();
    return this.dataSource.transaction(async (manager) => {
      await holdStanding(manager, acting);
      const row = await this.visible.find(org, id, manager, true);
      await this.registrant.require(caller, member, row);
      if (row.machine !== null) requireHeld(caller, row.scopes ?? []);
      if (row.secretHash === null) throw new Problem('conflict', { detail: 'This client has no secret: it proves who it is in another way, or not at all.' });
      const previousSecretUntil = graceSeconds === 0 ? null : new Date(this.clock.nowMs() + graceSeconds * 1000);
      const previousSecretHash = graceSeconds === 0 ? null : row.secretHash;
      const change = { secretHash: secretHash(storedSecret(secret)), previousSecretHash, previousSecretUntil };
      await manager.update(ClientEntity, { id }, change);
      await recordAudit(manager, {
        org, ...actorOf(caller), action: 'client.secret_rotated', target: { ...clientReference(id), ...auditName(row.metadata) }, details: { graceSeconds },
      });
      return { ...presentOauthClient({ ...row, ...change }, await isTrusted(manager, org, id), new Date(this.clock.nowMs())), clientSecret: secret };
    });
  }
}
