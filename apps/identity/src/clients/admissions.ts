import { organizationPolicySchema, type OrganizationPolicy, type Scope } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../provider/unit-of-work.ts';
import { admit, type Admission, type ClientStanding, type JudgedClient } from './client-policy.ts';
import { webHost } from './domain-list.ts';

export interface AdmissionRow {
  org: string;
  owner: string | null;
  scopes: Scope[] | null;
  resources: string[] | null;
  vouchedFor: boolean;
  policy: Partial<OrganizationPolicy> | null;
}

/** About one organization: a list of them would have Postgres plan anew for each, which takes ten times as long as to look. */
export const clientStanding = { name: 'client-standing', text: `
  SELECT o.org, c.org AS owner, c.scopes, c.resources, p.policy,
    EXISTS (
      SELECT 1 FROM trusted_clients t
      WHERE t.org = o.org AND ((t.kind = 'client' AND t.value = $2) OR (t.kind = 'host' AND t.value = $3))
    ) AS "vouchedFor"
  FROM (SELECT $1::text AS org) AS o
  LEFT JOIN organization_policies p ON p.org = o.org
  LEFT JOIN clients c ON c.id = $2 AND c.deleted_at IS NULL` };

/** Where the document of a client is, as organizations list hosts; null for a client without one. */
export const hostOf = (clientId: string): string | null => webHost(clientId)?.replace(/\.$/, '') ?? null;

/** What organizations let a client do, by the tables at this moment: at consent, and again before every token. */
@Injectable()
export class Admissions {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** @param resource  canonical; @returns by organization, one for each that is asked for */
  async find(client: JudgedClient, orgs: readonly string[], resource: string | null): Promise<Map<string, Admission>> {
    const host = hostOf(client.id);
    const rows = await Promise.all(orgs.map((org) => this.unitOfWork.look<AdmissionRow>(clientStanding, [org, client.id, host])));
    return new Map(rows.flat().map((row) => [row.org, admit(client, standingOf(row), row.org, resource)]));
  }

  async inOrg(client: JudgedClient, org: string, resource: string): Promise<Admission> {
    const found = (await this.find(client, [org], resource)).get(org);
    if (found === undefined) throw new Error('Postgres gave no row where there is always one');
    return found;
  }
}

const standingOf = ({ policy, ...row }: AdmissionRow): ClientStanding => ({ ...row, policy: organizationPolicySchema.parse(policy ?? {}) });
