import { randomBytes } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import type { KeyPurpose } from './secret-key.entity.ts';

export interface GeneratedKey {
  id: string;
  purpose: KeyPurpose;
  publicJwk: JWK | null;
  secret: Buffer;
}

/** Makes a signing key, named by its RFC 7638 thumbprint, or a secret for cookie signatures. */
export async function generateKey(purpose: KeyPurpose): Promise<GeneratedKey> {
  if (purpose === 'cookie') return { id: `cookie-${randomBytes(9).toString('base64url')}`, purpose, publicJwk: null, secret: randomBytes(32) };
  const { privateKey, publicKey } = await generateKeyPair(purpose, { extractable: true, modulusLength: 3072 });
  const publicPart = await exportJWK(publicKey);
  const id = await calculateJwkThumbprint(publicPart);
  const named = { kid: id, alg: purpose, use: 'sig' };
  const secret = Buffer.from(JSON.stringify({ ...(await exportJWK(privateKey)), ...named }));
  return { id, purpose, publicJwk: { ...publicPart, ...named }, secret };
}
