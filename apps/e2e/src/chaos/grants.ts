import { createHash, randomBytes } from 'node:crypto';
import { FormBrowser } from '../clients/form-browser.ts';
import { obtainToken, registerClient, type Grant } from '../clients/obtain-token.ts';
import { attemptAt, AttemptError } from './attempt.ts';
import type { Fleet } from './fleet.ts';
import { send } from './http.ts';

const form = { 'content-type': 'application/x-www-form-urlencoded' };
const redirectUri = 'http://127.0.0.1:9/callback';

/** Makes and revokes authorizations at the identity service, where clients do it. */
export class Grants {
  private readonly browser: FormBrowser;

  constructor(private readonly fleet: Pick<Fleet, 'issuer' | 'gatewayUrl' | 'admin'>) {
    this.browser = new FormBrowser(fleet.admin);
  }

  management(): Promise<Grant> {
    const { issuer, gatewayUrl, admin } = this.fleet;
    return obtainToken({ issuer, resource: `${gatewayUrl}/v1`, scope: 'keys:write servers:write', account: admin });
  }

  /** Signed in once; each authorization is another client's, so that it ends alone. */
  async authorize(slug: string): Promise<Grant> {
    const { issuer, gatewayUrl } = this.fleet;
    const clientId = await registerClient(issuer, redirectUri);
    const verifier = randomBytes(32).toString('base64url');
    const resource = `${gatewayUrl}/mcp/${slug}`;
    const authorize = new URL(`${issuer}/oauth/authorize`);
    authorize.search = new URLSearchParams({
      response_type: 'code', client_id: clientId, redirect_uri: redirectUri, scope: 'mcp:read mcp:execute', resource, state: verifier.slice(0, 8),
      code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256',
    }).toString();
    const code = (await this.browser.authorize(authorize, redirectUri, { deliver: false })).searchParams.get('code') ?? '';
    return this.#token(clientId, { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier, resource });
  }

  /** Another access token of the same authorization. */
  refresh({ clientId, refresh }: Grant): Promise<Grant> {
    return this.#token(clientId, { grant_type: 'refresh_token', refresh_token: refresh ?? '' });
  }

  /** RFC 7009. A refresh token takes its whole authorization with it. */
  async revoke(clientId: string, token: string): Promise<void> {
    const body = new URLSearchParams({ token, client_id: clientId }).toString();
    const { status } = await attemptAt('identity', () => send(`${this.fleet.issuer}/oauth/revoke`, { method: 'POST', headers: form, body }));
    if (status !== 200) throw new AttemptError('identity', `revoke: ${status}`);
  }

  async #token(clientId: string, parameters: Record<string, string>): Promise<Grant> {
    const body = new URLSearchParams({ ...parameters, client_id: clientId }).toString();
    const answer = await send(`${this.fleet.issuer}/oauth/token`, { method: 'POST', headers: form, body });
    if (answer.status !== 200) throw new Error(`Token: ${answer.status} ${JSON.stringify(answer.body)}`);
    return { clientId, access: String(answer.body['access_token']), refresh: String(answer.body['refresh_token']), scope: '' };
  }
}
