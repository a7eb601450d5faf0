import type { Statement } from '@latchkey/postgres';
import type { AdapterPayload } from 'oidc-provider';
import { accountById, type AccountRow } from '../accounts/find-account.ts';
import { clientStanding, type AdmissionRow } from '../clients/admissions.ts';
import { ownerOfDomain, type DomainOwner } from '../domains/find-domain.ts';
import { consentOf, type RememberedConsent } from '../grants/consents.ts';
import { rolesOf, type RoleRow } from '../organizations/find-role.ts';
import { findById } from '../provider/adapter.ts';
import { placeOfServer, type ServerPlace } from '../servers/find-server.ts';
import { demandsOf } from '../sign-ins/find-demand.ts';

/** What an authorization request without a page leads to. Each member is what a statement of its own would answer, as JSON. */
export interface AuthorizationAhead {
  /** Null where there is no such session: then so is all that is about somebody. */
  payload: AdapterPayload | null;
  consumed: string | null;
  place: ServerPlace | null;
  account: (AccountRow & { domain: string | null; owner: DomainOwner | null }) | null;
  roles: (RoleRow & { standing: AdmissionRow })[] | null;
  consent: (Omit<RememberedConsent, 'at'> & { at: string; demands: Record<string, unknown> }) | null;
}

/** A statement with SQL in the place of its parameters, in brackets. What is put there may name nothing that the statement names itself. */
const asked = ({ text }: Statement, ...values: string[]): string => `(${text.replace(/\$(\d+)/g, (_, at: string) => values[Number(at) - 1] ?? 'NULL')})`;

/** Its one row, or null. A query in the place of a column, because Postgres plans it by the index alone, as it does the statement itself. */
const one = (from: string, as: string, more = ''): string => `(SELECT to_jsonb(${as})${more} FROM ${from} AS ${as})`;

const withMember = (name: string, sql: string): string => ` || jsonb_build_object('${name}', ${sql})`;

/** Nearly always the very domain that the address is of; who asks compares, because names have other spellings. */
const domainOfFound = "lower(substring(found_account.email from '@([^@]*)$'))";

/**
 * Values: hash of the session's id; client, class of the redirect URI and resource, as a consent is remembered by; slug of the server; host of the client.
 * Put together of the very statements that it stands for.
 */
export const authorizationAhead: Statement = {
  name: 'authorization-ahead',
  text: `
    SELECT ahead.payload, ahead.consumed,
      ${one(asked(placeOfServer, '$5::text'), 'found_place')} AS place,
      ${one(asked(accountById, 'ahead.user_id'), 'found_account', withMember('domain', domainOfFound)
        + withMember('owner', `CASE WHEN found_account."emailVerified" THEN ${one(asked(ownerOfDomain, domainOfFound), 'found_owner')} END`))} AS account,
      (SELECT jsonb_agg(to_jsonb(found_role)${withMember('standing', one(asked(clientStanding, 'found_role.org', '$2::text', '$6::text'), 'found_standing'))})
       FROM ${asked(rolesOf, 'ahead.user_id')} AS found_role) AS roles,
      ${one(asked(consentOf, 'ahead.user_id', '$2::text', '$3::text', '$4::text'), 'found_consent', withMember('demands', one(asked(demandsOf, 'found_consent.org'), 'found_demands')))} AS consent
    FROM (SELECT 1) AS always
    LEFT JOIN LATERAL (SELECT found.payload, found.consumed, (found.payload->>'accountId')::uuid AS user_id FROM ${asked(findById, "'Session'", '$1::bytea')} AS found) AS ahead ON true`,
};
