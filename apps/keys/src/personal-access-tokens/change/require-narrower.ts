import { exceedsIn } from '@latchkey/access';
import { Problem } from '@latchkey/problem';
import { exceedsInUse, type KeyBounds } from '../mint/minting-bound.ts';

/**
 * Whoever holds a key was given what it could do then. No role and no other credential makes more of it, so the refusal is about the request and never
 * about who asks.
 * @throws Problem `invalid_request`, 403, that names the first part in which the key would become wider
 */
export function requireNarrower(before: KeyBounds, after: KeyBounds): void {
  const path = exceedsIn(after, before) ?? exceedsInUse(after, before);
  if (path === null) return;
  const message = 'wider than it is; a key can only be narrowed';
  throw new Problem('invalid_request', { status: 403, detail: `${path}: ${message}. For more, mint another key.`, issues: [{ path, message }] });
}
