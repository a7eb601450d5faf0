import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../src/run.ts';
import type { World } from '../src/world.ts';

export const gateway = 'https://mcp.example.com';
export const issuer = 'https://id.example.com';
export const token = 'a-token-that-nobody-may-see';
export const startedAt = Date.parse('2026-03-01T12:00:00Z');

export interface Given {
  status?: number;
  body?: unknown;
  headers?: Record<string, string>;
}
export type Answer = Given | Given[] | 'unreachable' | ((request: { form: URLSearchParams; headers: Headers }) => Given);
export type Answers = Record<string, Answer>;

export const metadata = {
  issuer, token_endpoint: `${issuer}/oauth/token`, jwks_uri: `${issuer}/.well-known/jwks.json`,
  device_authorization_endpoint: `${issuer}/oauth/device`, revocation_endpoint: `${issuer}/oauth/revoke`,
};
const signedIn = { 'x-user-id': 'ada', 'x-tenant-id': 'acme', 'latchkey-credential': 'pat:Ab3dEf9h', 'latchkey-scope': 'keys:write' };

/** A deployment where nothing is wrong. */
export const healthy: Answers = {
  [`GET ${gateway}/healthz`]: { body: { status: 'ok' } },
  [`GET ${gateway}/readyz`]: { body: { status: 'ready' } },
  [`GET ${issuer}/readyz`]: { body: { status: 'ready' } },
  [`GET ${gateway}/.well-known/oauth-protected-resource/v1`]: { body: { resource: `${gateway}/v1`, authorization_servers: [issuer] } },
  [`GET ${gateway}/v1/pats`]: { status: 401, headers: { 'www-authenticate': `Bearer resource_metadata="${gateway}/.well-known/oauth-protected-resource/v1", scope="keys:read"` }, body: {} },
  [`GET ${gateway}/authz/credential`]: ({ headers }) => (headers.get('authorization') === `Bearer ${token}` ? { headers: signedIn } : { status: 401, body: {} }),
  [`GET ${gateway}/openapi.json`]: { body: { info: { version: '1' } } },
  [`GET ${gateway}/.well-known/oauth-authorization-server`]: { body: metadata },
  [`GET ${gateway}/.well-known/openid-configuration`]: { body: metadata },
  [`GET ${issuer}/.well-known/oauth-authorization-server`]: { body: metadata },
  [`GET ${issuer}/.well-known/openid-configuration`]: { body: metadata },
  [`GET ${issuer}/.well-known/jwks.json`]: { body: { keys: [{ kid: '1', kty: 'EC', alg: 'ES256', x: 'x', y: 'y' }] } },
};

/** A machine with a home of its own, on which commands run against what it is told is out there. */
export class FakeMachine {
  readonly home = mkdtempSync(join(tmpdir(), 'latchkey-cli-'));
  readonly called: string[] = [];
  readonly bodies: unknown[] = [];
  /** What was waited for, in milliseconds */
  readonly waited: number[] = [];
  env: Record<string, string> = {};
  input: string | null = null;
  time = startedAt;
  certificateEnd = startedAt + 60 * 86_400_000;

  readonly answers: Answers;

  constructor(answers: Answers = healthy) {
    this.answers = { ...answers };
  }

  /** Runs `latchkey <line>`; its parts are given one by one where they hold spaces. */
  async run(...line: string[]): Promise<{ code: number; out: string; err: string }> {
    let out = '';
    let err = '';
    const world: World = {
      env: { XDG_CONFIG_HOME: this.home, LATCHKEY_GATEWAY_URL: gateway, ...this.env },
      out: (text) => void (out += text),
      err: (text) => void (err += text),
      input: () => Promise.resolve(this.input),
      colours: { out: false, err: false },
      now: () => this.time,
      pause: (ms) => {
        this.waited.push(ms);
        this.time += ms;
        return Promise.resolve();
      },
      fetch: (url, init) => this.fetch(String(url), init),
      certificateEnd: () => Promise.resolve(this.certificateEnd),
    };
    return { code: await run(line.length === 1 ? (line[0] ?? '').split(' ') : line, world), out, err };
  }

  private async fetch(url: string, init: RequestInit = {}): Promise<Response> {
    const request = new Request(url, init);
    this.called.push(`${request.method} ${url}`);
    const text = await request.text();
    const isForm = request.headers.get('content-type')?.startsWith('application/x-www-form-urlencoded') === true;
    if (!isForm && text !== '') this.bodies.push(JSON.parse(text));
    const answer = this.answers[`${request.method} ${url.split('?', 1)[0] ?? ''}`];
    const given = Array.isArray(answer) ? (answer.length > 1 ? answer.shift() : answer[0]) : typeof answer === 'function' ? answer({ form: new URLSearchParams(isForm ? text : ''), headers: request.headers }) : answer;
    if (given === 'unreachable' || given === undefined) throw Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNREFUSED' } });
    const headers = { 'content-type': 'application/json', date: new Date(this.time).toUTCString(), ...given.headers };
    return new Response(given.body === undefined ? null : JSON.stringify(given.body), { status: given.status ?? 200, headers });
  }
}
