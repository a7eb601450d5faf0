import { explain, type Ask } from '@latchkey/access';
import type { Explained, ExplainQuery } from '@latchkey/contracts';
import type { Replica } from '@latchkey/feed-replica';
import { Problem } from '@latchkey/problem';
import type { PersonalAccessTokenReader } from '../credentials/personal-access-token.ts';
import type { Principal } from '../credentials/principal.ts';
import type { Confirmed } from '../freshness/confirmed.ts';
import { nothing } from '../freshness/prover.ts';
import { subjectOf } from '../proxy/stages/authorize.ts';
import { judge } from './judge.ts';

export interface ExplainSources {
  replica: Pick<Replica, 'membership' | 'patById' | 'revisionsOf' | 'changes' | 'server'>;
  pats: Pick<PersonalAccessTokenReader, 'principalOf'>;
}

/** Whose decision it is: the caller's own, or, for who administers the organization, that of one of its keys. */
function credentialOf({ replica, pats }: ExplainSources, caller: Principal, confirmed: Confirmed, id: string | undefined): { principal: Principal; confirmed: Confirmed } {
  if (id === undefined || (caller.kind === 'pat' && caller.id === id)) return { principal: caller, confirmed };
  const record = replica.patById(id);
  const isOwn = record?.owner === caller.subject;
  const { membership } = subjectOf(caller, replica, confirmed);
  if (record === undefined || record.org !== caller.org || (!isOwn && membership?.role === 'member')) throw new Problem('not_found', { detail: 'There is no such credential.' });
  return { principal: pats.principalOf(record), confirmed: nothing };
}

/**
 * Whether a credential would be let through to a server's tool at this moment, rule by rule. Whether it lives, and from where, is not asked.
 * @throws Problem `not_found` for a server of another organization, and for a credential that is none of the caller's business
 */
export function explainNow(sources: ExplainSources, caller: Principal, confirmedCaller: Confirmed, { server: slug, tool, method = tool === undefined ? 'tools/list' : 'tools/call', door, credential }: ExplainQuery): Explained {
  const server = sources.replica.server(slug);
  if (server === undefined || server.org !== caller.org) throw new Problem('not_found', { detail: 'There is no such server.' });
  const { principal, confirmed } = credentialOf(sources, caller, confirmedCaller, credential);
  const subject = subjectOf(principal, sources.replica, confirmed);
  const ask: Ask = { kind: 'mcp', server, method, ...(tool === undefined ? {} : { name: tool }), ...(door === undefined ? {} : { door }) };
  const { credentialRevision, memberRevision, policyRevision, identityPosition, keysPosition } = judge(sources.replica, principal, subject, ask, confirmed, server.revision ?? null);
  return {
    ...explain(subject, ask),
    server: slug, method, tool: tool ?? null,
    credential: { kind: principal.kind, id: principal.id, owner: principal.subject },
    restsOn: { credentialRevision, memberRevision, policyRevision, identityPosition, keysPosition },
  };
}
