import { isDeepStrictEqual } from 'node:util';

/**
 * Tells whether what is stored under a version that is not lower is the very message. It may not be: a database that was restored from a
 * backup gives out versions for the second time, and followers know a message by its version only.
 * @param payload  of the message that was to be published
 * @returns the version of what is stored, if that is something else
 */
export function rivalOf(payload: string, stored: { version: number; text: string }): number | null {
  return stored.text === payload || isDeepStrictEqual(JSON.parse(stored.text), JSON.parse(payload)) ? null : stored.version;
}
