import type { Ask, Subject } from '@latchkey/access';
import type { Replica } from '@latchkey/feed-replica';
import type { Judged } from '../audit/decision-facts.ts';
import type { Principal } from '../credentials/principal.ts';
import type { Confirmed } from '../freshness/confirmed.ts';

export type Revisions = Pick<Replica, 'revisionsOf' | 'changes'>;

interface Known {
  replica: Revisions;
  changes: number;
  revisions: ReturnType<Revisions['revisionsOf']>;
}

const known = new WeakMap<Principal, Known>();

/** While nothing arrives, nothing about anybody has another version. */
function revisionsOf(replica: Revisions, principal: Principal): Known['revisions'] {
  const before = known.get(principal);
  const { changes } = replica;
  if (before?.replica === replica && before.changes === changes) return before.revisions;
  const revisions = replica.revisionsOf(principal.kind === 'pat' ? principal.id : principal.sourcePat, principal.subject);
  known.set(principal, { replica, changes, revisions });
  return revisions;
}

// Hot path: two lookups and two numbers, in the step of the decision itself: what comes later is of another state.
/** Takes down what a decision rests on. */
export function judge(replica: Revisions, principal: Principal, subject: Subject, ask: Ask, confirmed: Confirmed, policyRevision: number | null): Judged {
  const { pat, member, identity, keys } = revisionsOf(replica, principal);
  const askedOnline = confirmed.identity !== undefined || confirmed.keys !== undefined;
  return { subject, ask, credentialRevision: pat, memberRevision: member, policyRevision, identityPosition: identity, keysPosition: keys, askedOnline };
}
