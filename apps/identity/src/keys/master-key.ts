import { createCipheriv, createDecipheriv, createHash, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';

const version = 1;
const ivBytes = 12;
const tagBytes = 16;
const headBytes = 1 + 4 + ivBytes;

/** Four bytes that say which master key sealed something, so that a list of them needs no trial and error. */
const fingerprint = (key: Buffer): Buffer => createHash('sha256').update('latchkey-master-key\0').update(key).digest().subarray(0, 4);

interface Known {
  /** Not a buffer, with which a cipher takes five times as long to begin. */
  key: KeyObject;
  fingerprint: Buffer;
}

/** Seals what is secret at rest: AES-256-GCM, bound to its name, so that a sealed value copied to another row does not open (NIST SP 800-38D). */
export class MasterKey {
  private keys: readonly Known[] = [];

  constructor(keys: readonly Buffer[]) {
    this.replace(keys);
  }

  /** Another list, from now on: the first seals, all open. */
  replace(keys: readonly Buffer[]): void {
    this.keys = keys.map((key) => ({ key: createSecretKey(key), fingerprint: fingerprint(key) }));
  }

  /** @param name  what the value is, e.g. `signing-key:<kid>`; needed again to open it */
  seal(name: string, plain: Buffer): Buffer {
    const [newest] = this.keys;
    if (newest === undefined) throw new Error('No master key is configured.');
    const head = Buffer.concat([Buffer.from([version]), newest.fingerprint, randomBytes(ivBytes)]);
    const cipher = createCipheriv('aes-256-gcm', newest.key, head.subarray(5), { authTagLength: tagBytes }).setAAD(Buffer.concat([head, Buffer.from(name)]));
    const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
    return Buffer.concat([head, sealed, cipher.getAuthTag()]);
  }

  /** @throws Error when no configured key sealed it, or it was changed, or it is another thing than `name` */
  open(name: string, sealed: Buffer): Buffer {
    const head = sealed.subarray(0, headBytes);
    const known = this.keys.find((candidate) => candidate.fingerprint.equals(head.subarray(1, 5)));
    if (sealed[0] !== version || known === undefined) throw new Error(`${name} was sealed with a master key that is not configured (LATCHKEY_MASTER_KEY).`);
    const decipher = createDecipheriv('aes-256-gcm', known.key, head.subarray(5), { authTagLength: tagBytes })
      .setAAD(Buffer.concat([head, Buffer.from(name)]))
      .setAuthTag(sealed.subarray(-tagBytes));
    return Buffer.concat([decipher.update(sealed.subarray(headBytes, -tagBytes)), decipher.final()]);
  }
}
