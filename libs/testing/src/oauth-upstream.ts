import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';
import { Provider, type Configuration } from 'oidc-provider';

/** What an authorization server, or somebody between it and us, may do wrong. */
export interface Mischief {
  iss?: string;
  deny?: boolean;
  /** The next answer of the token endpoint is lost: before it did anything, or after. */
  lose?: 'before' | 'after';
  /** The metadata calls itself so. */
  metadataIssuer?: string;
  withoutPkce?: boolean;
  /** The metadata says that clients are read from their documents. */
  takesDocuments?: boolean;
  /** The endpoint that takes tokens back is out of order. */
  takesNothingBack?: boolean;
  /** The server wants this scope too (RFC 6750 section 3.1). */
  demands?: string;
}

export type OauthUpstream = Awaited<ReturnType<typeof startOauthUpstream>>;

/** A client that somebody registered by hand, who has a secret. */
export const knownClient = { client_id: 'known', client_secret: 'the-secret-of-a-known-client', redirect_uris: ['https://issuer.example/v1/connections/callback'], grant_types: ['authorization_code', 'refresh_token'] };

/** An MCP server that wants tokens, and a real authorization server beside it that gives them to whoever comes. */
export async function startOauthUpstream() {
  let mischief: Mischief = {};
  let provider: Provider | undefined;
  const tokens: string[] = [];
  const requests: { method: string; url: URL; body: string }[] = [];
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://localhost:${(server.address() as AddressInfo).port}`;
  const resource = `${issuer}/mcp`;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', issuer);
    if (url.pathname === '/mcp') return protectedResource(request, response);
    const json = (body: object) => void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (url.pathname === '/prm') return json({ resource, authorization_servers: [issuer], scopes_supported: ['never'] });
    if (url.pathname === '/.well-known/oauth-authorization-server') {
      const at = (path: string) => `${issuer}${path}`;
      return json({
        issuer: mischief.metadataIssuer ?? issuer, authorization_endpoint: at('/auth'), token_endpoint: at('/token'), registration_endpoint: at('/reg'), revocation_endpoint: at('/token/revocation'), response_types_supported: ['code'],
        ...(mischief.withoutPkce === true ? {} : { code_challenge_methods_supported: ['S256'] }), authorization_response_iss_parameter_supported: true, client_id_metadata_document_supported: mischief.takesDocuments === true, scopes_supported: ['tools', 'write', 'offline_access'],
        token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
      });
    }
    if (url.pathname.startsWith('/interaction/')) return interact(request, response);
    const entry = { method: request.method ?? '', url, body: '' };
    requests.push(entry);
    request.on('data', (chunk: Buffer) => { entry.body += chunk.toString(); });
    if (url.pathname === '/token' && mischief.lose !== undefined) {
      const when = mischief.lose;
      delete mischief.lose;
      if (when === 'before') return void request.socket.destroy();
      response.end = () => response.destroy();
    }
    if (url.pathname === '/token/revocation' && mischief.takesNothingBack === true) return void response.writeHead(503).end();
    await provider!.callback()(request, response);
  }

  async function protectedResource(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    const known = token === undefined ? undefined : await provider!.AccessToken.find(token);
    if (known?.aud === resource) {
      const { demands } = mischief;
      if (demands === undefined || known.scopes.has(demands)) return serve(request, response, String(known.accountId));
      return void response.writeHead(403, { 'www-authenticate': `Bearer error="insufficient_scope", resource_metadata="${issuer}/prm", scope="${demands}"` }).end();
    }
    response.writeHead(401, { 'www-authenticate': `Bearer realm="x", resource_metadata="${issuer}/prm", scope="tools"` }).end();
  }

  /** Every call is answered with whose account it is made with. */
  async function serve(request: IncomingMessage, response: ServerResponse, account: string): Promise<void> {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const { id = null } = JSON.parse(body === '' ? '{}' : body) as { id?: unknown };
    const result = { content: [{ type: 'text', text: account }], resultType: 'complete' };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ jsonrpc: '2.0', id, result }));
  }

  async function interact(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { params } = await provider!.interactionDetails(request, response);
    if (mischief.deny === true) return provider!.interactionFinished(request, response, { error: 'access_denied' });
    const grant = new provider!.Grant({ accountId: 'upstream-account', clientId: String(params.client_id) });
    grant.addOIDCScope('openid offline_access');
    grant.addResourceScope(resource, 'tools write');
    await provider!.interactionFinished(request, response, { login: { accountId: 'upstream-account' }, consent: { grantId: await grant.save() } });
  }

  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const key = { ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig', kid: 'upstream-1' };
  const configuration: Configuration = {
    jwks: { keys: [key] } as Configuration['jwks'],
    clients: [knownClient],
    cookies: { keys: ['only a test'] },
    features: {
      devInteractions: { enabled: false }, registration: { enabled: true }, revocation: { enabled: true },
      resourceIndicators: { enabled: true, getResourceServerInfo: () => ({ scope: 'tools write', accessTokenFormat: 'opaque', accessTokenTTL: 3600 }), useGrantedResource: () => true },
    },
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
    issueRefreshToken: () => true,
    rotateRefreshToken: true,
    scopes: ['openid', 'offline_access'],
  };
  provider = new Provider(issuer, configuration);
  provider.silent = true;
  const keep = ({ jti }: { jti: string }): void => void tokens.push(jti);
  provider.on('access_token.saved', keep);
  provider.on('refresh_token.saved', keep);

  return {
    issuer,
    resource,
    requests,
    /** All that were given away */
    tokens,
    to: (path: string) => requests.filter(({ url, method }) => url.pathname === path && (path !== '/token' || method === 'POST')),
    set(how: Mischief) { mischief = how; },
    /** Goes on where a browser was sent to. @returns the query that it comes back with */
    async agree(url: string, how: Mischief = {}): Promise<string> {
      mischief = how;
      const jar = new Map<string, string>();
      let next = url;
      for (let hop = 0; hop < 10; hop += 1) {
        const response = await fetch(next, { redirect: 'manual', headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') } });
        for (const line of response.headers.getSetCookie()) {
          const [name, value] = line.split(';')[0]!.split('=') as [string, string];
          jar.set(name, value);
        }
        const location = response.headers.get('location');
        if (location === null) throw new Error(`the authorization server stopped at ${next}: ${response.status} ${await response.text()}`);
        const target = new URL(location, next);
        if (target.origin !== issuer) {
          if (how.iss !== undefined) target.searchParams.set('iss', how.iss);
          return target.search.slice(1);
        }
        next = target.href;
      }
      throw new Error('too many redirects');
    },
    /** What the server says to a request with this header. */
    call: async (authorization: string) => {
      const answer = await fetch(resource, { method: 'POST', headers: { authorization } });
      return [answer.status, await answer.text()];
    },
    close: () => new Promise<void>((resolve) => { server.closeAllConnections(); server.close(() => resolve()); }),
  };
}
