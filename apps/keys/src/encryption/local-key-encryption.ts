import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { KeyEncryption } from './key-encryption.ts';

const version = 1;
const ivBytes = 12;
const tagBytes = 16;
const headBytes = 1 + 4 + ivBytes;

interface WrappingKey {
  key: Buffer;
  /** Four bytes that say which key wrapped something, so that a list of them needs no trial and error */
  fingerprint: Buffer;
}

/** A key for this purpose only: where two services share a master key, neither opens what the other sealed. */
function wrappingKeyOf(masterKey: Buffer): WrappingKey {
  const key = Buffer.from(hkdfSync('sha256', masterKey, '', 'latchkey keys key encryption', 32));
  return { key, fingerprint: createHash('sha256').update(key).digest().subarray(0, 4) };
}

/** Wraps data keys with the master keys of `LATCHKEY_MASTER_KEY`: AES-256-GCM (NIST SP 800-38D); the first key wraps, all unwrap. */
export class LocalKeyEncryption extends KeyEncryption {
  private keys: readonly WrappingKey[] = [];

  /** @param masterKeys  32 bytes each, at least one */
  constructor(masterKeys: readonly Buffer[]) {
    super();
    this.replace(masterKeys);
  }

  /** Another list, from now on: the first wraps, all unwrap. */
  replace(masterKeys: readonly Buffer[]): void {
    this.keys = masterKeys.map(wrappingKeyOf);
  }

  // async, so that whatever goes wrong rejects, as it does where a service is asked.
  async wrap(dataKey: Buffer, context: string): Promise<Buffer> {
    const [newest] = this.keys;
    if (newest === undefined) throw new Error('No master key is configured.');
    const head = Buffer.concat([Buffer.from([version]), newest.fingerprint, randomBytes(ivBytes)]);
    const cipher = createCipheriv('aes-256-gcm', newest.key, head.subarray(5), { authTagLength: tagBytes }).setAAD(associated(head, context));
    return Buffer.concat([head, cipher.update(dataKey), cipher.final(), cipher.getAuthTag()]);
  }

  async unwrap(wrapped: Buffer, context: string): Promise<Buffer> {
    const head = wrapped.subarray(0, headBytes);
    const known = this.keys.find(({ fingerprint }) => fingerprint.equals(head.subarray(1, 5)));
    if (head[0] !== version || wrapped.length < headBytes + tagBytes || known === undefined) {
      throw new Error(`${context} was sealed with a master key that is not configured (LATCHKEY_MASTER_KEY).`);
    }
    const decipher = createDecipheriv('aes-256-gcm', known.key, head.subarray(5), { authTagLength: tagBytes })
      .setAAD(associated(head, context))
      .setAuthTag(wrapped.subarray(-tagBytes));
    return Buffer.concat([decipher.update(wrapped.subarray(headBytes, -tagBytes)), decipher.final()]);
  }

  isCurrent(wrapped: Buffer): boolean {
    return this.keys[0]?.fingerprint.equals(wrapped.subarray(1, 5)) ?? false;
  }
}

const associated = (head: Buffer, context: string): Buffer => Buffer.concat([head, Buffer.from(context)]);
