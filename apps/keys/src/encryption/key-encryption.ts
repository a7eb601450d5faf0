/** What holds the key-encryption keys: this process, or a key management service. It sees data keys only, never what they encrypt. */
export abstract class KeyEncryption {
  /**
   * Encrypts a data key under the newest key-encryption key.
   * @param context  what the data key is for; needed again to unwrap it
   */
  abstract wrap(dataKey: Buffer, context: string): Promise<Buffer>;

  /** @throws Error when no known key wrapped it, when it was changed, or when it is for another context */
  abstract unwrap(wrapped: Buffer, context: string): Promise<Buffer>;

  /** Whether the newest key-encryption key wrapped it: if not, a rotation has still to come by. */
  abstract isCurrent(wrapped: Buffer): boolean;
}
