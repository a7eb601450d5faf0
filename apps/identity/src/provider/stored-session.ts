import { currentRequest, RequestNote } from '@latchkey/service';
import { Provider } from 'oidc-provider';
import { idHash } from './id-hash.ts';

/**
 * Of a session, which one browser uses in many windows at once: an insert would find the other's row by its second unique id (`uid`), where
 * Postgres knows no conflict that it could turn into an update. Only a new session is inserted.
 */
export const saveNewSession = {
  name: 'session-save',
  text: `WITH changed AS (
      UPDATE artifacts SET payload = $3, grant_id = $4, uid = $5, user_code = $6, expires_at = now() + make_interval(secs => $7)
      WHERE kind = $1 AND id_hash = $2 RETURNING 1
    )
    INSERT INTO artifacts (kind, id_hash, payload, grant_id, uid, user_code, expires_at)
    SELECT $1, $2, $3, $4, $5, $6, now() + make_interval(secs => $7) WHERE NOT EXISTS (SELECT 1 FROM changed)`,
};

/**
 * Of a session that was found: it is changed where it still is, for whoever ended it meanwhile has signed this browser out. A new id is a
 * change of its row too: were it another row, an end that waits for this transaction would find neither of them.
 */
export const saveFoundSession = {
  name: 'session-keep',
  text: `UPDATE artifacts SET id_hash = $2, payload = $3, grant_id = $4, uid = $5, user_code = $6, expires_at = now() + make_interval(secs => $7)
    WHERE kind = $1 AND id_hash IN ($2, $8)`,
};

/** Ids that were found, by the request in which that was. */
const found = new RequestNote<object, Set<string>>();

const wasFound = (id: string): boolean => found.get(currentRequest() ?? {})?.has(id) === true;

export function noteFoundSession(id: string): void {
  const request = currentRequest();
  if (request !== undefined) found.set(request, (found.get(request) ?? new Set()).add(id));
}

/** The id that the session of this request had before the engine gave it another one, which it does whenever somebody signs in. */
const formerId = (): string | undefined => (Provider.ctx?.oidc.session as { oldId?: string } | undefined)?.oldId;

/** Whether the engine destroys the row of an id only to write the same session under another one. */
export const getsNewId = (id: string): boolean => id === formerId() && wasFound(id);

/** @returns hash of the id under which this request has found the session that is saved as `id`; null for a new one */
export function hashOfFound(id: string): Buffer | null {
  const before = [id, formerId()].find((candidate) => candidate !== undefined && wasFound(candidate));
  return before === undefined ? null : idHash(before);
}
