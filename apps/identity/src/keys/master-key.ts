import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

const version = 1;
const ivBytes = 12;
const tagBytes = 16;
const headBytes = 1 + 4 + ivBytes;

/** Four bytes that say which master key sealed something, so that a list of them needs no trial and error. */
const fingerprint = (key: Buffer): Buffer => createHash('sha256').update('latchkey-master-key\0').update(key).digest().subarray(0, 4);

/** Seals what is secret at rest: AES-256-GCM, bound to its name, so that a sealed value copied to another row does not open (NIST SP 800-38D). */
export class MasterKey {
  constructor(private readonly keys: readonly Buffer[]) {}

  /** @param name  what the value is, e.g. `signing-key:<kid>`; needed again to open it */
  seal(name: string, plain: Buffer): Buffer {
    const [key] = this.keys;
    if (key === undefined) throw new Error('No master key is configured.');
    const head = Buffer.concat([Buffer.from([version]), fingerprint(key), randomBytes(ivBytes)]);
    const cipher = createCipheriv('aes-256-gcm', key, head.subarray(5), { authTagLength: tagBytes }).setAAD(Buffer.concat([head, Buffer.from(name)]));
    const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
    return Buffer.concat([head, sealed, cipher.getAuthTag()]);
  }

  /** @throws Error when no configured key sealed it, or it was changed, or it is another thing than `name` */
  open(name: string, sealed: Buffer): Buffer {
    const head = sealed.subarray(0, headBytes);
    const key = this.keys.find((candidate) => fingerprint(candidate).equals(head.subarray(1, 5)));
    if (sealed[0] !== version || key === undefined) throw new Error(`${name} was sealed with a master key that is not configured (LATCHKEY_MASTER_KEY).`);
    const decipher = createDecipheriv('aes-256-gcm', key, head.subarray(5), { authTagLength: tagBytes })
      .setAAD(Buffer.concat([head, Buffer.from(name)]))
      .setAuthTag(sealed.subarray(-tagBytes));
    return Buffer.concat([decipher.update(sealed.subarray(headBytes, -tagBytes)), decipher.final()]);
  }
}
