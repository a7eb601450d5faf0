import { identityHeader, type IdentityAssertionClaims } from '@latchkey/contracts';
import { requireDescribed } from '@latchkey/service/testing';
import { eventually } from '@latchkey/testing';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { startAsserter } from './accounts.ts';
import { post, registered, type TokenAnswer } from './client.ts';
import { gateway, startTestIdentity, type TestIdentity, type TestIdentityOptions } from './identity.ts';

export interface ApiAnswer {
  status: number;
  body: Record<string, unknown> & { items: Record<string, unknown>[]; nextCursor: string | null };
  headers: Headers;
}

export type Caller = Partial<IdentityAssertionClaims>;

/** A resource server of ours: a client that was made privileged, and asks with a signed assertion. */
export async function startAsker(identity: TestIdentity) {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: 'asker', alg: 'ES256', use: 'sig' };
  const { client_id: id } = await registered(identity.issuer, { redirect_uris: ['https://gate.example/cb'], token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [jwk] } });
  await identity.dataSource.query('UPDATE clients SET privileged = true WHERE id = $1', [id]);
  const assertion = (): Promise<string> =>
    new SignJWT({ jti: crypto.randomUUID() }).setProtectedHeader({ alg: 'ES256', kid: 'asker' }).setIssuer(id).setSubject(id).setAudience(identity.issuer).setIssuedAt().setExpirationTime('1m').sign(privateKey);
  const introspect = async (token: string, more: Record<string, string> = {}): Promise<TokenAnswer & { body: { active?: boolean } & Record<string, unknown> }> =>
    post(identity.issuer, '/oauth/introspect', { token, ...more, client_assertion: await assertion(), client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' }) as never;
  return {
    id,
    introspect,
    isActive: async (token: string): Promise<boolean> => (await introspect(token)).body.active === true,
    /** Waits until the feed says so. */
    published: (kind: string, of: unknown) =>
      eventually(() => identity.published.find(({ record }) => record.kind === kind && 'id' in record && record.id === of)?.record ?? false),
  };
}

/** The identity service with a played gateway before its management API. */
export async function startWithGateway(options: TestIdentityOptions = {}) {
  const asserter = await startAsserter();
  const identity = await startTestIdentity({ ...options, variables: { LATCHKEY_GATEWAY_JWKS_URL: asserter.jwksUrl, ...options.variables } });
  async function call(method: string, path: string, caller: Caller, body?: unknown): Promise<ApiAnswer> {
    const assertion = await asserter.sign({ iss: gateway, aud: identity.issuer, ...caller });
    const headers = { [identityHeader]: assertion, ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
    const response = await fetch(`${identity.issuer}${path}`, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const answer = { status: response.status, body: (await response.json()) as ApiAnswer['body'] };
    requireDescribed({ method, path, ...answer });
    return { ...answer, headers: response.headers };
  }
  return {
    identity,
    call,
    stop: async () => {
      await identity.stop();
      await asserter.close();
    },
  };
}
