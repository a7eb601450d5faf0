import type { Decision } from '@latchkey/access';
import type { AuditEvent } from '@latchkey/contracts';

/** Refusals that rest on something else than grants, role and restrictions. */
const others: ReadonlySet<string> = new Set(['ip_not_allowed', 'user_mismatch', 'policy_violation']);

/** Whether a decision that was made again is the one that an entry tells of. */
export function agreement({ outcome, code }: Pick<AuditEvent, 'outcome' | 'code'>, decision: Decision): { agrees: boolean | null; note: string | null } {
  if (outcome !== 'refused') return { agrees: decision.kind === 'allow', note: null };
  const besides = code !== null && (others.has(code) || (code === 'tenant_mismatch' && decision.kind === 'allow'));
  if (besides) return { agrees: decision.kind === 'allow', note: `It was refused for something else: ${code}.` };
  if (decision.kind === 'scope') return { agrees: code === 'insufficient_scope', note: null };
  return { agrees: decision.kind === 'hidden' && code !== 'insufficient_scope', note: null };
}
