import { identityAssertionType, identityHeader } from '@latchkey/contracts';
import { importJWK, SignJWT } from 'jose';
import { attemptAt, AttemptError } from './attempt.ts';
import type { Fleet } from './fleet.ts';
import { send, type Question } from './http.ts';

/** Whom a call is made for. */
export interface Owner {
  user: string;
  org: string;
}

interface Call {
  writer: 'identity' | 'keys';
  owner: Owner;
  method: Question['method'];
  path: string;
  body?: object;
  /** Statuses that acknowledge it */
  done: readonly number[];
}

/** Calls the services as the gateways do, with their key, but without them: what fails here has failed at the writer. */
export class WritersApi {
  readonly #assertions = new Map<string, { text: string; untilMs: number }>();

  constructor(private readonly fleet: Pick<Fleet, 'gatewayUrl' | 'keys' | 'identity' | 'signingKey'>) {}

  async mintKey(owner: Owner): Promise<{ id: string; token: string }> {
    const wanted = { name: 'chaos', org: owner.org, scopes: ['mcp:read', 'mcp:execute'], expiresIn: '30d' };
    const minted = await this.#call({ writer: 'keys', owner, method: 'POST', path: '/v1/pats', body: wanted, done: [201] });
    return { id: String(minted['id']), token: String(minted['token']) };
  }

  async revokeKey(owner: Owner, id: string): Promise<void> {
    await this.#call({ writer: 'keys', owner, method: 'DELETE', path: `/v1/pats/${id}`, done: [200] });
  }

  /** All that a member was given. */
  async revokeMember(by: Owner, user: string): Promise<void> {
    await this.#call({ writer: 'identity', owner: by, method: 'POST', path: `/v1/members/${user}/revoke`, done: [200] });
  }

  /** Gone already is gone: whether an attempt that was cut off has happened cannot be known. */
  async removeMember(by: Owner, user: string): Promise<void> {
    await this.#call({ writer: 'identity', owner: by, method: 'DELETE', path: `/v1/members/${user}`, done: [200, 404] });
  }

  /** All that an organization's members were given. */
  async revokeOrg(by: Owner): Promise<void> {
    await this.#call({ writer: 'identity', owner: by, method: 'POST', path: `/v1/orgs/${by.org}/revoke`, done: [200] });
  }

  #call({ writer, owner, method, path, body, done }: Call): Promise<Record<string, unknown>> {
    return attemptAt(writer, async () => {
      const { url } = this.fleet[writer];
      const headers = { [identityHeader]: await this.#assertion(owner, url), ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
      const answer = await send(`${url}${path}`, { ...(method === undefined ? {} : { method }), headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
      if (!done.includes(answer.status)) throw new AttemptError(writer, `${method ?? 'GET'} ${path}: ${answer.status} ${String(answer.body['code'])}`);
      return answer.body;
    });
  }

  async #assertion({ user, org }: Owner, audience: string): Promise<string> {
    const key = `${user} ${org} ${audience}`;
    const known = this.#assertions.get(key);
    if (known !== undefined && performance.now() < known.untilMs) return known.text;
    const { gatewayUrl, signingKey } = this.fleet;
    const text = await new SignJWT({
      org, scope: 'keys:read keys:write org:admin', credential: { kind: 'access_token', id: 'chaos' }, roles: { org: 'owner', projects: {} },
    })
      .setProtectedHeader({ alg: 'ES256', typ: identityAssertionType, kid: signingKey.kid ?? '' })
      .setIssuer(gatewayUrl).setAudience(audience).setSubject(user).setIssuedAt().setExpirationTime('60s')
      .sign(await importJWK(signingKey, 'ES256'));
    this.#assertions.set(key, { text, untilMs: performance.now() + 30_000 });
    return text;
  }
}
