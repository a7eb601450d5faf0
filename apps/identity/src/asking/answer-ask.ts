import { deathAtIdentity, membershipOfOrg, type IdentityFacts } from '@latchkey/access';
import type { IdentityAnswer, IdentityAsk } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

type Membership = NonNullable<Extract<IdentityAnswer, { active: true }>['membership']>;
interface Standing {
  disabled: boolean;
  epoch: number | null;
}
interface Facts {
  user: Standing | null;
  org: Standing | null;
  client: Standing | null;
  membership: Membership | null;
  keyMaxLifetimeSeconds: number | null;
  requestsPerMinute: number | null;
  requestsPerMinutePerCredential: number | null;
  grantRevoked: boolean;
  sessionEnded: boolean;
  tokenRevoked: boolean;
}

/** One statement, and so one moment. A subject that is no UUID is no user of ours, but it may be a machine, whose role is its own. */
const query = `
  SELECT
    (SELECT json_build_object('disabled', disabled_at IS NOT NULL, 'epoch', epoch) FROM users WHERE id = $1) AS "user",
    (SELECT json_build_object('disabled', disabled_at IS NOT NULL, 'epoch', epoch) FROM organizations WHERE slug = $2) AS org,
    (SELECT json_build_object('disabled', deleted_at IS NOT NULL, 'epoch', greatest(epoch, floor(extract(epoch FROM deleted_at)))) FROM clients WHERE id = $3) AS client,
    coalesce((SELECT json_build_object('org', m.org, 'role', m.role, 'epoch', m.epoch, 'projects', coalesce(
       (SELECT json_object_agg(p.project, p.role) FROM project_members p WHERE p.user_id = m.user_id AND p.org = m.org), '{}'))
     FROM members m WHERE m.user_id = $1 AND m.org = $2 AND m.removed_at IS NULL),
     (SELECT json_build_object('org', m.org, 'role', m.machine->>'role', 'epoch', NULL, 'projects', m.machine->'projects')
     FROM clients m WHERE m.id = $7 AND m.org = $2 AND m.machine IS NOT NULL AND m.deleted_at IS NULL)) AS membership,
    (SELECT (policy->>'keyMaxLifetimeSeconds')::integer FROM organization_policies WHERE org = $2) AS "keyMaxLifetimeSeconds",
    (SELECT (policy->>'requestsPerMinute')::integer FROM organization_policies WHERE org = $2) AS "requestsPerMinute",
    (SELECT (policy->>'requestsPerMinutePerCredential')::integer FROM organization_policies WHERE org = $2) AS "requestsPerMinutePerCredential",
    EXISTS (SELECT 1 FROM authorizations WHERE grant_id = $4 AND revoked_at IS NOT NULL) AS "grantRevoked",
    EXISTS (SELECT 1 FROM ended_sessions WHERE uid = $5) AS "sessionEnded",
    EXISTS (SELECT 1 FROM revoked_tokens WHERE jti IN ($6, $8))
      OR ($9::text IS NOT NULL AND NOT EXISTS (SELECT 1 FROM secret_keys WHERE id = $9 AND retired_at IS NULL)) AS "tokenRevoked"`;

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Tells a gateway that has lost the feed whether a credential and its owner live, by the tables at this moment. */
@Injectable()
export class AnswerAsk {
  constructor(private readonly dataSource: DataSource) {}

  async run(ask: IdentityAsk): Promise<IdentityAnswer> {
    const user = uuid.test(ask.sub) ? ask.sub : null;
    const [facts] = await this.dataSource.query<Facts[]>(query, [user, ask.org, ask.client_id, ask.gid, ask.sid, ask.jti, ask.sub, ask.src_jti, ask.kid ?? null]);
    if (facts === undefined) throw new Error('Postgres gave no row where there is always one');
    const death = deathAtIdentity(credentialOf(ask), lookUpIn(facts));
    const { keyMaxLifetimeSeconds, requestsPerMinute, requestsPerMinutePerCredential } = facts;
    const demands = Object.fromEntries(Object.entries({ keyMaxLifetimeSeconds, requestsPerMinute, requestsPerMinutePerCredential }).filter(([, value]) => value !== null)) as Record<string, number>;
    const membership = ask.service === true && ask.org !== null ? membershipOfOrg(ask.org) : facts.membership;
    if (death === null) return { active: true, membership, ...demands };
    return { active: false, code: death === 'owner_disabled' ? death : 'token_revoked' };
  }
}

const credentialOf = ({ sub, org, iat, client_id, gid, sid, jti, src_jti, service }: IdentityAsk) => ({
  subject: sub, org, issuedAtSeconds: iat, clientId: client_id, grantId: gid, sessionId: sid, tokenId: jti, sourceTokenId: src_jti, service: service === true,
});

/** The facts were read for this one credential, so every lookup has its answer. */
const lookUpIn = (facts: Facts): IdentityFacts => ({
  user: () => facts.user ?? undefined,
  org: () => facts.org ?? undefined,
  client: () => facts.client ?? undefined,
  membership: () => facts.membership ?? undefined,
  isGrantRevoked: () => facts.grantRevoked,
  isSessionEnded: () => facts.sessionEnded,
  isTokenRevoked: () => facts.tokenRevoked,
});
