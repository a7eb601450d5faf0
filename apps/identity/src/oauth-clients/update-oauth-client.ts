import type { IdentityAssertionClaims, UpdatedOauthClient, UpdateOauthClient as Input } from '@latchkey/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { consistencyOf, stage } from '@latchkey/feed-writer';
import { Problem } from '@latchkey/problem';
import { DataSource, type EntityManager } from 'typeorm';
import { clientReference } from '../audit/oauth-author.ts';
import { actorOf, recordAudit } from '../audit/record-audit.ts';
import { ClientEntity } from '../clients/client.entity.ts';
import { endAccessTokens } from '../clients/end-access-tokens.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { holdStanding } from '../organizations/hold-standing.ts';
import { requireProjects } from '../organizations/require-projects.ts';
import { ActingRegistrant } from './acting-registrant.ts';
import { CheckMetadata } from './check-metadata.ts';
import { clientMetadata } from './client-metadata.ts';
import { auditName } from './client-name.ts';
import { ClientResources } from './client-resources.ts';
import { machineRecord } from './machine-record.ts';
import { kindOf, presentOauthClient } from './present-oauth-client.ts';
import { requireHeld } from './require-held.ts';
import { isTrusted, VisibleOauthClient } from './visible-oauth-client.ts';

/** Changes a client of an organization. What it may do less from now on, its access tokens do no longer either. */
@Injectable()
export class UpdateOauthClient {
  constructor(
    private readonly dataSource: DataSource,
    private readonly registrant: ActingRegistrant,
    private readonly visible: VisibleOauthClient,
    private readonly resources: ClientResources,
    private readonly checkMetadata: CheckMetadata,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
  ) {}

  /** @throws Problem `insufficient_scope`, `not_found`, `insufficient_role`, `policy_violation`, `invalid_request` */
  async run(caller: IdentityAssertionClaims, id: string, input: Input): Promise<UpdatedOauthClient> {
    const acting = await this.registrant.acting(caller);
    const { member } = acting;
    const { org } = member;
    const resources = Array.isArray(input.resources) ? await this.resources.canonical(org, input.resources) : input.resources;
    return this.dataSource.transaction(async (manager) => {
      await holdStanding(manager, acting);
      const before = await this.visible.find(org, id, manager, true);
      await this.registrant.require(caller, member, before);
      checkMachine(caller, before, input);
      await requireProjects(manager, org, Object.keys(input.machine?.projects ?? {}), 'machine.projects');
      const after = this.changed(before, input, resources);
      await manager.save(ClientEntity, after);
      const consistency = await this.tellGateways(manager, org, before, after);
      await recordAudit(manager, {
        org, ...actorOf(caller), action: 'client.updated', target: { ...clientReference(id), ...auditName(after.metadata) },
        details: { changed: Object.keys(input), scopes: after.scopes ?? [] },
      });
      return { ...presentOauthClient(after, await isTrusted(manager, org, id)), ...(consistency === null ? {} : { consistency }) };
    });
  }

  private changed(before: ClientEntity, input: Input, resources: string[] | null | undefined): ClientEntity {
    const { metadata } = before;
    const described = {
      name: input.name ?? (metadata.client_name as string),
      redirectUris: input.redirectUris ?? (metadata.redirect_uris as string[]),
      // One key set stands in for the other.
      jwks: input.jwks ?? (input.jwksUri === undefined ? (metadata.jwks as Input['jwks']) : undefined),
      jwksUri: input.jwksUri ?? (input.jwks === undefined ? (metadata.jwks_uri as string | undefined) : undefined),
    };
    const rules = { allowPrivateUse: this.env.LATCHKEY_ALLOW_PRIVATE_USE_REDIRECTS, allowPrivateAddresses: this.env.LATCHKEY_ALLOW_PRIVATE_UPSTREAMS };
    const method = metadata.token_endpoint_auth_method as Parameters<typeof clientMetadata>[2];
    const next = clientMetadata(before.id, kindOf(before), method, described, rules);
    this.checkMetadata.run(next, before.secretHash === null ? undefined : 'a secret that is not looked at');
    return {
      ...before,
      metadata: next,
      scopes: input.scopes === undefined ? before.scopes : [...new Set(input.scopes)],
      resources: resources === undefined ? before.resources : resources,
      machine: input.machine ?? before.machine,
    };
  }

  private async tellGateways(manager: EntityManager, org: string, before: ClientEntity, after: ClientEntity): Promise<string | null> {
    let consistency: string | null = null;
    if (after.machine !== null && JSON.stringify(after.machine) !== JSON.stringify(before.machine)) {
      const record = machineRecord(after.id, org, after.machine);
      consistency = consistencyOf(record, await stage(manager, record));
    }
    return isNarrower(before.scopes, after.scopes) || isNarrower(before.resources, after.resources) ? endAccessTokens(manager, after.id) : consistency;
  }
}

/** Whether something that was allowed is no longer; null allows everything. */
function isNarrower(before: readonly string[] | null, after: readonly string[] | null): boolean {
  if (after === null) return false;
  return before === null || before.some((item) => !after.includes(item));
}

function checkMachine(caller: IdentityAssertionClaims, { machine, scopes }: ClientEntity, input: Input): void {
  const refuse = (path: string, message: string) => new Problem('invalid_request', { detail: `${path}: ${message}`, issues: [{ path, message }] });
  if (machine === null) {
    if (input.machine !== undefined) throw refuse('machine', 'only a machine has it');
    return;
  }
  if (input.resources === null) throw refuse('resources', 'a machine needs at least one');
  requireHeld(caller, input.scopes ?? scopes ?? []);
}
