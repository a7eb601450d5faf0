import { Inject, Injectable } from '@nestjs/common';
import { Problem } from '@latchkey/problem';
import * as client from 'openid-client';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { foreignClaimsSchema, type ForeignClaims } from './foreign-claims.ts';
import type { ForeignProvider } from './foreign-provider.ts';
import { OidcFetch } from './oidc-fetch.ts';

/** How old what a provider says about itself may be: endpoints move rarely, and keys are fetched anew when an unknown one signs. */
const metadataMs = 600_000;
const remembered = 200;
const timeoutSeconds = 5;

export interface SignInChecks {
  state: string;
  nonce: string;
  verifier: string;
}

/** This service in the role of a client at another provider; all of the protocol is `openid-client`'s. */
@Injectable()
export class RelyingParty {
  private readonly known = new Map<string, { configuration: Promise<client.Configuration>; until: number }>();

  constructor(
    private readonly oidcFetch: OidcFetch,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
  ) {}

  /** Every provider has a redirect address of its own, so that an answer cannot be taken for another provider's (RFC 9700 section 4.4.2). */
  redirectUri({ key }: ForeignProvider): string {
    return `${this.env.LATCHKEY_ISSUER}/v1/auth/oauth/${key}/callback`;
  }

  /** Where the browser goes to sign in. @param again  not satisfied with a session that it has there */
  async authorizationUrl(provider: ForeignProvider, { state, nonce, verifier }: SignInChecks, again: boolean): Promise<URL> {
    return client.buildAuthorizationUrl(await this.configuration(provider), {
      redirect_uri: this.redirectUri(provider),
      response_type: 'code',
      scope: provider.scopes,
      state,
      nonce,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ...(again ? { prompt: 'login' } : {}),
    });
  }

  /**
   * Redeems the answer and reads who signed in. State, `iss` (RFC 9207), signature, issuer, audience, nonce and times are checked.
   * @throws whatever was wrong with it; nothing of that is for the person at the browser
   */
  async claims(provider: ForeignProvider, answer: URLSearchParams, { state, nonce, verifier }: SignInChecks): Promise<ForeignClaims> {
    const configuration = await this.configuration(provider);
    const url = new URL(`${this.redirectUri(provider)}?${answer.toString()}`);
    const tokens = await client.authorizationCodeGrant(configuration, url, {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: verifier,
      idTokenExpected: true,
    });
    const claims = tokens.claims();
    if (claims === undefined) throw new Error('there is no ID token');
    const told = foreignClaimsSchema.parse(claims);
    if (told.email !== undefined || configuration.serverMetadata().userinfo_endpoint === undefined) return told;
    // OpenID Connect Core 5.4: a provider may keep the address for the user info endpoint.
    const more = foreignClaimsSchema.parse(await client.fetchUserInfo(configuration, tokens.access_token, told.sub));
    return { ...told, email: more.email, email_verified: more.email_verified, name: told.name ?? more.name, hd: told.hd ?? more.hd };
  }

  /** @throws Problem `invalid_request` when nothing at the issuer describes it as an OpenID provider */
  async requireMetadata(issuer: string, org: string): Promise<void> {
    const insecure = issuer.startsWith('http:') ? [client.allowInsecureRequests] : [];
    const options = { [client.customFetch]: this.oidcFetch.for({ org }), execute: insecure, timeout: timeoutSeconds };
    try {
      await client.discovery(new URL(issuer), 'latchkey', undefined, client.None(), options);
    } catch (error) {
      const detail = 'issuer: no OpenID provider describes itself there, or it may not be asked';
      throw new Problem('invalid_request', { detail, cause: error, issues: [{ path: 'issuer', message: detail }] });
    }
  }

  private configuration(provider: ForeignProvider): Promise<client.Configuration> {
    const key = `${provider.key} ${provider.revision}`;
    const found = this.known.get(key);
    if (found !== undefined && found.until > Date.now()) return found.configuration;
    const configuration = this.discover(provider);
    this.known.delete(key);
    this.known.set(key, { configuration, until: Date.now() + metadataMs });
    // What failed is asked for again the next time.
    configuration.catch(() => this.known.delete(key));
    const [oldest] = this.known.keys();
    if (this.known.size > remembered && oldest !== undefined) this.known.delete(oldest);
    return configuration;
  }

  private discover(provider: ForeignProvider): Promise<client.Configuration> {
    const { issuer, clientId, clientSecret } = provider;
    const insecure = issuer.startsWith('http:') ? [client.allowInsecureRequests] : [];
    return client.discovery(new URL(issuer), clientId, undefined, clientSecret === null ? client.None() : authentication(clientSecret), {
      [client.customFetch]: this.oidcFetch.for(provider),
      // The token endpoint's certificate would do for the ID token; its signature is checked all the same.
      execute: [client.enableNonRepudiationChecks, ...insecure],
      timeout: timeoutSeconds,
    });
  }
}

/** The default method of OpenID Connect, or the other one where a provider names only that. */
const authentication = (secret: string): client.ClientAuth => (server, metadata, body, headers) => {
  const methods = server.token_endpoint_auth_methods_supported;
  const method = methods === undefined || methods.includes('client_secret_basic') ? client.ClientSecretBasic(secret) : client.ClientSecretPost(secret);
  return method(server, metadata, body, headers);
};
