import * as oauth from 'oauth4webapi';
import { FormBrowser } from '../clients/form-browser.ts';
import { registerClient } from '../clients/obtain-token.ts';
import { mcpRequest, rawMcp, toRawAnswer } from '../clients/raw-mcp.ts';
import { refreshGrant } from '../clients/token-endpoint.ts';
import type { System } from '../harness/system.ts';
import { resourceAt } from './pat-journey.ts';

const plain = { [oauth.allowInsecureRequests]: true };

/** oauth4webapi signs in, with a key of its own. */
async function connectBound(system: System, resource: string) {
  const issuer = new URL(system.issuer);
  const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...plain }));
  const redirectUri = 'http://127.0.0.1:9/callback';
  const client: oauth.Client = { client_id: await registerClient(system.issuer, redirectUri, 'Bound to a key') };
  const DPoP = oauth.DPoP(client, await oauth.generateKeyPair('ES256'));
  const [verifier, state] = [oauth.generateRandomCodeVerifier(), oauth.generateRandomState()];
  const url = new URL(server.authorization_endpoint ?? '');
  url.search = new URLSearchParams({
    response_type: 'code', client_id: client.client_id, redirect_uri: redirectUri, scope: 'mcp:read mcp:execute', resource, state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256', dpop_jkt: await DPoP.calculateThumbprint(),
  }).toString();
  const answer = await new FormBrowser(system.admin).authorize(url, redirectUri, { deliver: false });
  const parameters = oauth.validateAuthResponse(server, client, answer, state);
  const response = await oauth.authorizationCodeGrantRequest(server, client, oauth.None(), parameters, redirectUri, verifier, { DPoP, ...plain });
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, response);
  expect(tokens.token_type).toBe('dpop');
  system.secrets.add('bound access token', tokens.access_token);
  system.secrets.add('bound refresh token', tokens.refresh_token);
  return { clientId: client.client_id, DPoP, access: tokens.access_token, refresh: tokens.refresh_token ?? '' };
}

/** A token that is bound to a key is good with proofs of that key, each used once, and worth nothing without. */
export async function expectBoundToken(system: System): Promise<void> {
  const resource = resourceAt(system.gatewayUrl, 'demo');
  const { clientId, DPoP, access, refresh } = await connectBound(system, resource);
  const used: string[] = [];
  for (const gateway of system.gateways) {
    const { headers, body } = mcpRequest();
    const answer = await toRawAnswer(await oauth.protectedResourceRequest(access, 'POST', new URL(resource), new Headers(headers), body, {
      DPoP, ...plain,
      // Proofs name the public URL, whichever replica a balancer chooses.
      [oauth.customFetch]: (_url: string, init: RequestInit) => {
        used.push(new Headers(init.headers).get('dpop') ?? '');
        return fetch(resourceAt(gateway, 'demo'), init);
      },
    }));
    expect(answer.body['result']).toMatchObject({ structuredContent: { status: 'verified', client: clientId } });
  }
  expect(new Set(used).size).toBe(system.gateways.length);
  for (const proof of used) system.secrets.add('proof of a key', proof);

  for (const gateway of system.gateways) {
    const url = resourceAt(gateway, 'demo');
    const asBearer = await rawMcp({ url, token: access });
    expect([asBearer.status, asBearer.body['code']]).toEqual([401, 'proof_invalid']);
    for (const proof of used) {
      const replayed = await rawMcp({ url, headers: { authorization: `DPoP ${access}`, dpop: proof } });
      expect([replayed.status, replayed.body['code'], replayed.body['detail']]).toEqual([401, 'proof_invalid', 'The proof was used before.']);
      expect(replayed.headers.get('www-authenticate')).toContain('DPoP ');
    }
  }
  expect(await refreshGrant(system.issuer, clientId, refresh)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
}
