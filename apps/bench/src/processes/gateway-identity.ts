import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { identityAssertionType } from '@latchkey/contracts';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

export const gatewayUrl = 'https://gateway.example';
export const keysUrl = 'http://keys.internal:8082';

/** What the keys service knows of a gateway: a key that it publishes, and what it signs with it. */
export interface GatewayIdentity {
  jwksUrl: string;
  /** Says for a minute that the owner of an organization is calling. */
  assert(org: string): Promise<string>;
  /** Says for a minute that the gateway itself is calling. */
  speak(): Promise<string>;
  close(): void;
}

export async function gatewayIdentity(): Promise<GatewayIdentity> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' }] });
  const server = createServer((_request, response) => void response.setHeader('content-type', 'application/json').end(jwks));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sign = (claims: object): Promise<string> => {
    const iat = Math.floor(Date.now() / 1000);
    return new SignJWT({ iss: gatewayUrl, aud: keysUrl, iat, exp: iat + 60, ...claims }).setProtectedHeader({ alg: 'ES256', typ: identityAssertionType, kid: 'k1' }).sign(privateKey);
  };
  return {
    jwksUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    speak: () => sign({ sub: gatewayUrl, scope: '', credential: { kind: 'gateway', id: 'gateway' } }),
    assert: (org) => sign({ sub: 'owner', org, scope: 'keys:write webhooks:write', roles: { org: 'owner', projects: {} }, credential: { kind: 'access_token', id: 'jti' } }),
    close: () => server.close(),
  };
}
