import type { IdentityAssertionClaims, Scope } from '@latchkey/contracts';
import { parseScopes, satisfies } from '@latchkey/oauth';
import { Problem } from '@latchkey/problem';
import { isUserId } from '../accounts/user-id.ts';

/**
 * Nobody gives a machine more than they hold, by the rule that keys are minted by. A person, with a program that was given `keys:write` and
 * `org:admin`, holds what their role carries: an access token for the management API cannot have scopes of servers, and could mint a key that
 * has them. A key holds what it has, and whatever else calls for no person what its token says. The same is asked of whoever changes how a
 * machine proves who it is: the machine is theirs then.
 * @throws Problem `insufficient_scope`
 */
export function requireHeld({ sub, credential, scope }: IdentityAssertionClaims, scopes: readonly Scope[]): void {
  // That the role carries them all is asked before: only who administers the organization touches machines.
  if ((credential.kind !== 'pat' && isUserId(sub)) || satisfies(parseScopes(scope), scopes)) return;
  throw new Problem('insufficient_scope', { detail: 'A machine cannot be given, and not be taken with, scopes that your own credential lacks.' });
}
