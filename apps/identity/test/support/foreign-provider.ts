import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { generateKeyPair, exportJWK, type JWK } from 'jose';
import { Provider, type Configuration } from 'oidc-provider';

/** Who is at the keyboard, at the other provider. */
export interface Person {
  sub: string;
  email?: string;
  email_verified?: boolean;
  name?: string;
  amr?: string[];
  acr?: string;
}

/** What a provider, or somebody between it and us, may do wrong. */
export interface Mischief {
  /** Answers with another issuer's name (mix-up). */
  iss?: string;
  /** Binds the ID token to another request. */
  nonce?: string;
  /** Answers with an error of its own. */
  error?: { error: string; error_description: string };
}

export type ForeignProviderServer = Awaited<ReturnType<typeof startForeignProvider>>;

/** A real OpenID provider that plays the foreign one: whoever comes is `person`, and agrees to everything. */
export async function startForeignProvider(redirectUris: (issuer: string) => string[]) {
  const people = new Map<string, Person>();
  let person: Person = { sub: 'nobody' };
  let mischief: Mischief = {};
  let provider: Provider | undefined;
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://localhost:${(server.address() as AddressInfo).port}`;
  const requests: URL[] = [];

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', issuer);
    requests.push(url);
    if (url.pathname.startsWith('/interaction/')) return interact(request, response);
    if (url.pathname === '/auth' && mischief.nonce !== undefined) {
      url.searchParams.set('nonce', mischief.nonce);
      request.url = `${url.pathname}${url.search}`;
    }
    await provider!.callback()(request, response);
  }

  async function interact(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { params } = await provider!.interactionDetails(request, response);
    if (mischief.error !== undefined) return provider!.interactionFinished(request, response, mischief.error);
    people.set(person.sub, person);
    const grant = new provider!.Grant({ accountId: person.sub, clientId: String(params.client_id) });
    grant.addOIDCScope('openid email profile');
    const grantId = await grant.save();
    const login = { accountId: person.sub, remember: false, ...(person.amr === undefined ? {} : { amr: person.amr }), ...(person.acr === undefined ? {} : { acr: person.acr }) };
    await provider!.interactionFinished(request, response, { login, consent: { grantId } });
  }

  async function configure(uris: string[]): Promise<void> {
    const { privateKey } = await generateKeyPair('RS256', { extractable: true });
    const key: JWK = { ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig', kid: 'foreign-1' };
    const configuration: Configuration = {
      jwks: { keys: [key] } as Configuration['jwks'],
      clients: [{ client_id: 'latchkey', client_secret: 'a secret of the foreign provider', redirect_uris: uris, grant_types: ['authorization_code'], response_types: ['code'] }],
      cookies: { keys: ['only a test'] },
      features: { devInteractions: { enabled: false } },
      interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
      conformIdTokenClaims: false,
      claims: { openid: ['sub', 'amr', 'acr', 'auth_time'], email: ['email', 'email_verified'], profile: ['name'], amr: null, acr: null, auth_time: null },
      acrValues: ['urn:two'],
      findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ ...people.get(sub), sub }) }),
      scopes: ['openid', 'email', 'profile'],
    };
    const made = new Provider(issuer, configuration);
    made.silent = true;
    provider = made;
  }
  await configure(redirectUris(issuer));

  return {
    issuer,
    requests,
    /** As an entry of LATCHKEY_OIDC_PROVIDERS. */
    entry: { name: 'corp', label: 'Corp <SSO>', issuer, clientId: 'latchkey', clientSecret: 'a secret of the foreign provider' },
    redirectTo: configure,
    /** Goes on at the provider where a browser was sent to. @returns the address that it is sent back to */
    async signIn(url: string, who: Person, how: Mischief = {}): Promise<string> {
      [person, mischief] = [who, how];
      const jar = new Map<string, string>();
      let next = url;
      for (let hop = 0; hop < 10; hop++) {
        const response = await fetch(next, { redirect: 'manual', headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') } });
        for (const line of response.headers.getSetCookie()) {
          const [name, value] = line.split(';')[0]!.split('=') as [string, string];
          jar.set(name, value);
        }
        const location = response.headers.get('location');
        if (location === null) throw new Error(`the foreign provider stopped at ${next}: ${response.status} ${await response.text()}`);
        const target = new URL(location, next);
        if (target.origin !== issuer) {
          if (how.iss !== undefined) target.searchParams.set('iss', how.iss);
          return target.href;
        }
        next = target.href;
      }
      throw new Error('too many redirects at the foreign provider');
    },
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
