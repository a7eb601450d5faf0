import { createHash, randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT, type JWK, type JWTPayload } from 'jose';

/** A client that holds a key, and proves it to the letter unless told otherwise. */
export async function keyHolder(alg = 'ES256') {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = await exportJWK(publicKey);
  return {
    jwk,
    privateJwk: await exportJWK(privateKey),
    thumbprint: await calculateJwkThumbprint(jwk),
    /** @param claims  undefined leaves one out */
    proof(token: string, claims: JWTPayload = {}, header: { alg?: string; typ?: string; jwk?: JWK | undefined; crit?: string[] } = {}): Promise<string> {
      const all = {
        jti: randomUUID(), htm: 'POST', htu: 'http://gateway.test/mcp/demo', iat: Math.floor(Date.now() / 1000),
        ath: createHash('sha256').update(token).digest('base64url'), ...claims,
      };
      return new SignJWT(all).setProtectedHeader({ alg, typ: 'dpop+jwt', jwk, ...header }).sign(privateKey);
    },
  };
}

export const withProof = (token: string, proof: string): Record<string, string> => ({ authorization: `DPoP ${token}`, dpop: proof });
