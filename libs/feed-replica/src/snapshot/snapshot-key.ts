/** A wrong length is a mistake in the configuration, not in the file: it must not pass as "no snapshot". */
export function requireKey(key: Uint8Array): void {
  if (key.length !== 32) throw new TypeError('The key of a snapshot has 32 bytes.');
}
