import { randomBytes } from 'node:crypto';
import type { IdentityAssertionClaims, RegisteredOauthClient, RegisterOauthClient as Input } from '@latchkey/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { consistencyOf, stage } from '@latchkey/feed-writer';
import { parseScopes, satisfies } from '@latchkey/oauth';
import { Problem } from '@latchkey/problem';
import { DataSource } from 'typeorm';
import { clientReference } from '../audit/oauth-author.ts';
import { actorOf, recordAudit } from '../audit/record-audit.ts';
import { ClientEntity } from '../clients/client.entity.ts';
import { secretHash, storedSecret } from '../clients/client-secret.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { holdStanding } from '../organizations/hold-standing.ts';
import { personOrNull } from '../organizations/require-person.ts';
import { requireProjects } from '../organizations/require-projects.ts';
import { addTrust } from '../trusted-clients/add-trust.ts';
import { ActingRegistrant } from './acting-registrant.ts';
import { CheckMetadata } from './check-metadata.ts';
import { authMethodOf, clientMetadata } from './client-metadata.ts';
import { ClientResources } from './client-resources.ts';
import { machineRecord } from './machine-record.ts';
import { presentOauthClient } from './present-oauth-client.ts';
import { registeredClientId } from './registered-client-id.ts';
import { requireHeld } from './require-held.ts';

/** A secret of 512 bits, so that a plain hash of it is enough. */
export const newClientSecret = (): string => randomBytes(64).toString('base64url');

/** Registers a client of an organization. Its secret, if it has one, leaves in the answer and is kept nowhere. */
@Injectable()
export class RegisterOauthClient {
  constructor(
    private readonly dataSource: DataSource,
    private readonly registrant: ActingRegistrant,
    private readonly resources: ClientResources,
    private readonly checkMetadata: CheckMetadata,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
  ) {}

  /** @throws Problem `insufficient_scope`, `not_found`, `insufficient_role`, `policy_violation`, `invalid_request`, in this order */
  async run(caller: IdentityAssertionClaims, input: Input): Promise<RegisteredOauthClient> {
    const { org, kind } = input;
    const acting = await this.registrant.acting(caller, org);
    const { member } = acting;
    const machine = kind === 'machine' ? (input.machine ?? { role: 'member', projects: {} }) : null;
    await this.registrant.require(caller, member, { machine, createdBy: caller.sub });
    checkMachine(caller, input);
    const method = authMethodOf(kind, input.authMethod);
    const id = registeredClientId(kind);
    const rules = { allowPrivateUse: this.env.LATCHKEY_ALLOW_PRIVATE_USE_REDIRECTS, allowPrivateAddresses: this.env.LATCHKEY_ALLOW_PRIVATE_UPSTREAMS };
    const metadata = clientMetadata(id, kind, method, input, rules);
    const secret = method.startsWith('client_secret') ? newClientSecret() : undefined;
    this.checkMetadata.run(metadata, secret);
    const resources = input.resources === undefined ? null : await this.resources.canonical(org, input.resources);
    // Whoever administers the organization vouches for what they register; a member's client is nobody's word but the member's.
    const trusted = member.role !== 'member' && satisfies(parseScopes(caller.scope), ['org:admin']);
    return this.dataSource.transaction(async (manager) => {
      await holdStanding(manager, acting);
      await requireProjects(manager, org, Object.keys(machine?.projects ?? {}), 'machine.projects');
      const row = manager.create(ClientEntity, {
        id, origin: 'registered', metadata, org, createdBy: personOrNull(caller.sub), scopes: [...new Set(input.scopes)], resources, machine,
        secretHash: secret === undefined ? null : secretHash(storedSecret(secret)),
        previousSecretHash: null, previousSecretUntil: null, usedAt: null, privileged: machine !== null,
      });
      await manager.save(ClientEntity, row);
      if (trusted) await addTrust(manager, { org, kind: 'client', value: id, addedBy: personOrNull(caller.sub) });
      const record = machine === null ? null : machineRecord(id, org, machine);
      const consistency = record === null ? {} : { consistency: consistencyOf(record, await stage(manager, record)) };
      await recordAudit(manager, {
        org, ...actorOf(caller), action: 'client.registered', target: { ...clientReference(id), name: input.name },
        details: { kind, authMethod: method, scopes: row.scopes ?? [], resources: (resources ?? []).map((resource) => resource.slice(0, 256)) },
      });
      return { ...presentOauthClient(row, trusted), ...(secret === undefined ? {} : { clientSecret: secret }), ...consistency };
    });
  }
}

/** A machine is given no more than whoever makes it holds, and its bounds are never open. @throws Problem */
function checkMachine(caller: IdentityAssertionClaims, { kind, machine, scopes, resources }: Input): void {
  if (kind !== 'machine') {
    if (machine !== undefined) throw new Problem('invalid_request', { detail: 'machine: only a machine has it', issues: [{ path: 'machine', message: 'only a machine has it' }] });
    return;
  }
  if (resources === undefined) throw new Problem('invalid_request', { detail: 'resources: a machine needs at least one', issues: [{ path: 'resources', message: 'a machine needs at least one' }] });
  requireHeld(caller, scopes);
}
