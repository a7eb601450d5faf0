import { randomBytes } from 'node:crypto';

export interface Tokens {
  access_token: string;
  token_type: string;
  refresh_token?: string;
  expires_in?: number;
  scope?: string;
}

/** What an MCP client remembers between the steps of OAuth. It fits the provider interface of both SDK generations. */
export class MemoryOAuthProvider<ClientInformation extends { client_id: string }> {
  readonly redirectUrl: string;
  readonly clientMetadata;
  readonly stateValue = randomBytes(16).toString('base64url');
  /** Where the user was sent, once that has happened. */
  authorizationUrl: URL | undefined;
  saved: Tokens | undefined;
  client: ClientInformation | undefined;
  #verifier = '';
  #discovery: unknown;

  constructor(redirectUrl: string, clientName: string) {
    this.redirectUrl = redirectUrl;
    this.clientMetadata = {
      client_name: clientName,
      redirect_uris: [redirectUrl],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    };
  }

  state = () => this.stateValue;
  clientInformation = () => this.client;
  saveClientInformation = (client: ClientInformation) => {
    this.client = client;
  };
  tokens = () => this.saved;
  saveTokens = (tokens: Tokens) => {
    this.saved = tokens;
  };
  redirectToAuthorization = (url: URL) => {
    this.authorizationUrl = url;
  };
  saveCodeVerifier = (verifier: string) => {
    this.#verifier = verifier;
  };
  codeVerifier = () => this.#verifier;
  // SEP-2352: what was found out about the server before the user left must still hold when he comes back.
  saveDiscoveryState = (state: unknown) => {
    this.#discovery = state;
  };
  // Each SDK types its own state; it only ever gets back what it gave.
  discoveryState = () => this.#discovery as undefined;
  invalidateCredentials = (scope: string) => {
    if (scope === 'all' || scope === 'tokens') this.saved = undefined;
    if (scope === 'all' || scope === 'client') this.client = undefined;
  };
}
