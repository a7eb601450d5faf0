import type { EntityManager } from 'typeorm';

/** Signs a person out of every browser, console and sign-in pages alike. Programs that were connected, and keys, stay as they are. */
export async function signOutBrowsers(manager: EntityManager, userId: string): Promise<void> {
  await manager.query('DELETE FROM console_sessions WHERE user_id = $1', [userId]);
  await manager.query('DELETE FROM pending_sign_ins WHERE user_id = $1', [userId]);
  // A right password that was not taken up yet would become a session afterwards.
  await manager.query("DELETE FROM artifacts WHERE kind = 'Interaction' AND payload->'result'->'login'->>'accountId' = $1", [userId]);
  await manager.query("DELETE FROM artifacts WHERE kind = 'Session' AND payload->>'accountId' = $1", [userId]);
}
