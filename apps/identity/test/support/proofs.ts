import { randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT, type JWK, type JWTPayload } from 'jose';

/** A client that holds a key, and proves it to the letter unless told otherwise. */
export async function keyHolder(issuer: string, alg = 'ES256') {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = await exportJWK(publicKey);
  return {
    privateJwk: await exportJWK(privateKey),
    thumbprint: await calculateJwkThumbprint(jwk),
    /** @param claims  undefined leaves one out */
    proof(claims: JWTPayload = {}, header: { typ?: string; jwk?: JWK | undefined } = {}): Promise<string> {
      return new SignJWT({ jti: randomUUID(), htm: 'POST', htu: `${issuer}/oauth/token`, iat: Math.floor(Date.now() / 1000), ...claims })
        .setProtectedHeader({ alg, typ: 'dpop+jwt', jwk, ...header })
        .sign(privateKey);
    },
  };
}
export type KeyHolder = Awaited<ReturnType<typeof keyHolder>>;
