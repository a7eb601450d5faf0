import { createHash } from 'node:crypto';
import { Pool } from 'undici';
import type { IdentityPlace } from './processes/identity-server.ts';

const verifier = 'a-verifier-of-this-benchmark-that-is-long-enough-for-rfc-7636';
const challenge = createHash('sha256').update(verifier).digest('base64url');

interface Answer {
  status: number;
  location: string | undefined;
  text: string;
}

/** One person of many, with a browser and an address of their own, who connects one program; as few bytes and as little work as that takes. */
export class OauthDriver {
  private readonly cookies = new Map<string, { value: string; path: string }>();
  private refreshToken = '';
  private csrf = '';

  constructor(
    private readonly pool: Pool,
    private readonly place: IdentityPlace,
    private readonly number: number,
  ) {}

  /** Signs in and says yes once, through the pages; from then on codes come without a page. */
  async signIn(): Promise<void> {
    let { answer, url } = await this.browse('GET', this.authorizePath());
    const forms: Record<string, string>[] = [{ email: this.place.users[0].email, password: this.place.users[0].password }, { decision: 'allow' }];
    for (const fields of forms) {
      if (!url.startsWith('/')) return;
      const form = /<form method="post" action="([^"]+)">([\s\S]*?)<\/form>/.exec(answer.text.slice(answer.text.indexOf('<main>')));
      if (form === null) throw new Error(`no form at ${url}: ${answer.status}\n${answer.text.slice(0, 500)}`);
      const hidden = [...form[2].matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)].map(([, name, value]) => [name, value]);
      const body = new URLSearchParams({ ...(Object.fromEntries(hidden) as Record<string, string>), ...fields }).toString();
      ({ answer, url } = await this.browse('POST', form[1], body));
    }
    if (url.startsWith('/')) throw new Error(`no code at ${url}: ${answer.status}\n${answer.text.slice(0, 800)}`);
  }

  /** A whole code flow without a page: two requests. */
  async codeFlow(): Promise<void> {
    const answer = await this.send('GET', this.authorizePath());
    const code = answer.location === undefined ? null : new URL(answer.location, this.place.issuer).searchParams.get('code');
    if (code === null) throw new Error(`no code: ${answer.status} ${answer.location ?? answer.text.slice(0, 300)}`);
    const { webClient } = this.place;
    const form = { grant_type: 'authorization_code', client_id: webClient.id, code, code_verifier: verifier, redirect_uri: webClient.redirectUri };
    this.refreshToken = (await this.token(form)).refresh_token;
  }

  async refresh(): Promise<void> {
    const form = { grant_type: 'refresh_token', client_id: this.place.webClient.id, refresh_token: this.refreshToken };
    this.refreshToken = (await this.token(form)).refresh_token;
  }

  /** A sign-in to the console: a form with its token, a password, a session. */
  async passwordLogin(): Promise<void> {
    this.cookies.delete('lk_console');
    if (this.csrf === '') this.csrf = /name="_csrf" value="([^"]+)"/.exec((await this.send('GET', '/console/sign-in')).text)?.[1] ?? '';
    const answer = await this.send('POST', '/console/sign-in', new URLSearchParams({ _csrf: this.csrf, ...this.place.users[this.number] }).toString());
    if (answer.location !== '/console') throw new Error(`no sign-in: ${answer.status} ${answer.text.slice(0, 500)}`);
  }

  private authorizePath(): string {
    const { webClient, resource } = this.place;
    const query = { response_type: 'code', client_id: webClient.id, redirect_uri: webClient.redirectUri, state: 's', code_challenge: challenge, code_challenge_method: 'S256', resource, scope: 'mcp:read mcp:execute' };
    return `/oauth/authorize?${new URLSearchParams(query).toString()}`;
  }

  private async token(form: Record<string, string>): Promise<{ refresh_token: string }> {
    return tokenRequest(this.pool, form) as Promise<{ refresh_token: string }>;
  }

  /** Follows redirects as long as they stay here. */
  private async browse(method: 'GET' | 'POST', path: string, body?: string): Promise<{ answer: Answer; url: string }> {
    let url = path;
    let answer = await this.send(method, path, body);
    while (answer.location !== undefined) {
      const next = new URL(answer.location, this.place.issuer + url);
      if (next.origin !== this.place.issuer) return { answer, url: next.href };
      url = next.pathname + next.search;
      answer = await this.send('GET', url);
    }
    return { answer, url };
  }

  private async send(method: 'GET' | 'POST', path: string, body?: string): Promise<Answer> {
    const pathname = path.split('?', 1)[0];
    const cookie = [...this.cookies].filter(([, { path: scope }]) => pathname.startsWith(scope)).map(([name, { value }]) => `${name}=${value}`).join('; ');
    // Limits count by address: a neighbour may say which one it speaks for.
    const headers: Record<string, string> = { accept: 'text/html', cookie, 'x-forwarded-for': `192.0.2.${this.number + 1}` };
    if (body !== undefined) headers['content-type'] = 'application/x-www-form-urlencoded';
    const { statusCode, headers: answered, body: stream } = await this.pool.request({ method, path, headers, ...(body === undefined ? {} : { body }) });
    const text = await stream.text();
    for (const line of [answered['set-cookie'] ?? []].flat()) {
      const [pair, ...attributes] = line.split('; ');
      const [name, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
      const scope = attributes.find((attribute) => /^path=/i.test(attribute))?.slice(5) ?? pathname;
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, { value, path: scope });
    }
    const location = answered.location;
    return { status: statusCode, location: typeof location === 'string' ? location : undefined, text };
  }
}

export async function tokenRequest(pool: Pool, form: Record<string, string>, headers: Record<string, string> = {}, path = '/oauth/token'): Promise<unknown> {
  const body = new URLSearchParams(form).toString();
  const answer = await pool.request({ method: 'POST', path, headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers }, body });
  const json: unknown = await answer.body.json();
  if (answer.statusCode !== 200) throw new Error(`${answer.statusCode} ${JSON.stringify(json)}`);
  return json;
}
