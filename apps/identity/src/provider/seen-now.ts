import { currentRequest } from '@latchkey/service';
import { foreignText } from '../pages/foreign-text.ts';

/** Where a session is used, for the list in which its holder looks for it. The engine neither gives nor gets it. */
export function seenNow(): { at: string; address: string | null; userAgent: string | null } {
  const { address = null, userAgent = null } = currentRequest() ?? {};
  // Postgres keeps no NUL in JSON, and no half of a surrogate pair.
  return { at: new Date().toISOString(), address, userAgent: userAgent === null ? null : foreignText(userAgent, 400) };
}
