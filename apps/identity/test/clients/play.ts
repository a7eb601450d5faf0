import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { FormBrowser, type Page } from '../support/browser.ts';
import { authorizeUrl, pkce, post, register, throughPages, type Registered, type TokenAnswer } from '../support/client.ts';
import type { Documents } from '../support/documents.ts';
import { demo } from '../support/identity.ts';
import { chatGptKeys } from './openai.ts';
import { spell, type ClientShape, type Spelling } from './shape.ts';

/** One client of the matrix, at work. */
export class Player {
  private constructor(
    private readonly issuer: string,
    private readonly shape: ClientShape,
    readonly id: string,
    readonly registered: Registered | null,
    private readonly keys: { sign: (audience: string) => Promise<string> },
  ) {}

  /** Registers, or publishes its document. */
  static async start(issuer: string, documents: Documents, shape: ClientShape): Promise<Player> {
    const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
    const { registration } = shape;
    if (registration.by === 'document') {
      documents.documents.set(registration.id, registration.document);
      documents.documents.set(chatGptKeys, { keys: [{ ...(await exportJWK(publicKey)), kid: `cimd-${shape.name}`, alg: 'RS256', use: 'sig' }] });
      const sign = (audience: string): Promise<string> =>
        new SignJWT({ jti: crypto.randomUUID() }).setProtectedHeader({ alg: 'RS256', kid: `cimd-${shape.name}` }).setIssuer(registration.id).setSubject(registration.id).setAudience(audience).setIssuedAt().setExpirationTime('5m').sign(privateKey);
      return new Player(issuer, shape, registration.id, null, { sign });
    }
    let last: Registered | undefined;
    for (let time = 0; time < (registration.times ?? 1); time += 1) {
      const response = await register(issuer, registration.body, registration.origin === undefined ? {} : { origin: registration.origin });
      if (response.status !== 201) throw new Error(`${response.status}: ${await response.text()}`);
      last = { ...((await response.json()) as Registered), cors: response.headers.get('access-control-allow-origin') };
    }
    return new Player(issuer, shape, last!.client_id, last!, { sign: () => Promise.reject(new Error('it has no key')) });
  }

  /** Up to the consent page, or wherever the request ends before it. */
  async open(redirectUri: string, browser = new FormBrowser(this.issuer)): Promise<{ browser: FormBrowser; page: Page; verifier: string }> {
    const { verifier, challenge } = pkce();
    const { scope, prompt, resource } = this.shape.authorization;
    const url = authorizeUrl(this.issuer, this.id, { code_challenge: challenge, redirect_uri: redirectUri, scope, prompt, resource: spell(demo, resource) });
    const page = await browser.open(url);
    const signedIn = /action="[^"]*\/login"/.test(page.text) ? await browser.submit(page, /\/login$/, { email: 'admin@example.com', password: 'correct horse battery' }) : page;
    return { browser, page: signedIn, verifier };
  }

  /** The whole of a connection. */
  async connect(redirectUri: string): Promise<{ consent: Page; back: URL; answer: TokenAnswer }> {
    const { browser, page, verifier } = await this.open(redirectUri);
    const done = await throughPages(browser, page);
    if (done.left === undefined) throw new Error(`it stayed: ${done.status}\n${done.text}`);
    const code = done.left.searchParams.get('code') ?? '';
    const answer = await this.token({ grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: redirectUri }, this.shape.token.resource);
    return { consent: page, back: done.left, answer };
  }

  refresh(token: string, scope?: string): Promise<TokenAnswer> {
    return this.token({ grant_type: 'refresh_token', refresh_token: token, ...(scope === undefined ? {} : { scope }) }, this.shape.token.resource);
  }

  private async token(form: Record<string, string>, spelling: Spelling): Promise<TokenAnswer> {
    const resource = spell(demo, spelling);
    const origin = this.shape.registration.by === 'registration' ? this.shape.registration.origin : undefined;
    const { more, headers } = await this.authentication();
    const all = { ...form, ...(resource === undefined ? {} : { resource }), ...more };
    return post(this.issuer, '/oauth/token', all, { ...headers, ...(origin === undefined ? {} : { origin }) });
  }

  private async authentication(): Promise<{ more: Record<string, string>; headers: Record<string, string> }> {
    const secret = this.registered?.client_secret ?? '';
    switch (this.shape.auth) {
      case 'none':
        return { more: { client_id: this.id }, headers: {} };
      case 'client_secret_post':
        return { more: { client_id: this.id, client_secret: secret }, headers: {} };
      case 'client_secret_basic':
        return { more: {}, headers: { authorization: `Basic ${Buffer.from(`${this.id}:${secret}`).toString('base64')}` } };
      case 'private_key_jwt':
        return { more: { client_id: this.id, client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', client_assertion: await this.keys.sign(this.issuer) }, headers: {} };
    }
  }
}
