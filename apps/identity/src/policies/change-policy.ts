import { organizationPolicySchema, type ChangedPolicy, type ChangePolicy as Change, type OrganizationPolicy } from '@latchkey/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { WallClock } from '@latchkey/clock';
import { consistencyOf, stage } from '@latchkey/feed-writer';
import { Problem } from '@latchkey/problem';
import { recordAudit } from '../audit/record-audit.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { EndUnwelcome } from '../grants/end-unwelcome.ts';
import type { Acting } from '../organizations/acting.ts';
import { holdStanding } from '../organizations/hold-standing.ts';
import { administratedOrg } from '../organizations/administrated-org.ts';
import { organizationRecord } from '../organizations/organization-record.ts';
import { UnitOfWork } from '../provider/unit-of-work.ts';
import { OrganizationPolicyEntity } from './organization-policy.entity.ts';
import { readPolicy } from './policy-of.ts';
import { requireStricter } from './require-stricter.ts';

type Detail = string | number | boolean | null | string[];

/** A member of a policy as a line of the log can hold it. */
const inWords = (value: OrganizationPolicy[keyof OrganizationPolicy]): Detail => (Array.isArray(value) ? value.slice(0, 50) : value);

/** What changed, before and after. */
function differences(before: OrganizationPolicy, after: OrganizationPolicy): Record<string, Detail> {
  const names = Object.keys(after) as (keyof OrganizationPolicy)[];
  const changed = names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  return Object.fromEntries(changed.flatMap((name) => [[`${name}_before`, inWords(before[name])], [`${name}_after`, inWords(after[name])]]));
}

/** Null takes back what was set: the default counts again. */
function changed(before: OrganizationPolicy, change: Change['policy']): OrganizationPolicy {
  const set = Object.entries(change).map(([name, value]) => [name, value ?? undefined]);
  return organizationPolicySchema.parse({ ...before, ...Object.fromEntries(set) as Partial<OrganizationPolicy> });
}

/** Changes what an organization demands, ends what it would not allow any more, and tells the gateways. */
@Injectable()
export class ChangePolicy {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly endUnwelcome: EndUnwelcome,
    private readonly clock: WallClock,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
  ) {}

  /** @throws Problem `insufficient_role`, `conflict` when the policy is not the one any more that the change was made from, `invalid_request` for what is laxer than the deployment */
  async run(acting: Acting, { revision, policy: change }: Change): Promise<ChangedPolicy> {
    const org = administratedOrg(acting.member);
    return this.unitOfWork.transaction(async (manager) => {
      await holdStanding(manager, acting);
      const row = await manager.findOneBy(OrganizationPolicyEntity, { org });
      const current = row?.revision ?? 0;
      if (current !== revision) throw new Problem('conflict', { detail: `The policy is at revision ${current} by now; look at it again.` });
      const before = readPolicy(row?.policy);
      const policy = changed(before, change);
      requireStricter(before, policy, this.env);
      const updatedAt = new Date(this.clock.nowMs());
      await manager.upsert(OrganizationPolicyEntity, { org, policy, revision: current + 1, updatedAt }, ['org']);
      const ended = await this.endUnwelcome.run(org, acting.by);
      const record = await organizationRecord(manager, org);
      const consistency = consistencyOf(record, await stage(manager, record));
      const details = { revision: current + 1, ended, ...differences(before, policy) };
      await recordAudit(manager, { ...acting.by, org, action: 'policy.changed', target: { kind: 'org', id: org }, details });
      return { org, revision: current + 1, policy, updatedAt: updatedAt.toISOString(), consistency };
    });
  }
}
