import type { IdentityAssertionClaims } from '@latchkey/contracts';
import { Problem } from '@latchkey/problem';
import { isUserId } from '../accounts/user-id.ts';

/** Who a row says it is by: a person, or nobody, where a key of the organization or a machine did it. The audit log has its name. */
export const personOrNull = (subject: string): string | null => (isUserId(subject) ? subject : null);

/**
 * For what belongs to somebody's account, or hangs on somebody: a service key and a machine are nobody's.
 * @param what  the sentence that says why
 * @throws Problem `insufficient_role`
 */
export function requirePerson({ sub }: Pick<IdentityAssertionClaims, 'sub'>, what: string): void {
  if (!isUserId(sub)) throw new Problem('insufficient_role', { detail: `${what} A service key and a machine are no person.` });
}
