import { mintedPatSchema, patPageSchema, problemDocumentSchema, revokedPatSchema, type MintedPat, type MintPat, type Pat, type Scope } from '@latchkey/contracts';
import { Problem } from '@latchkey/problem';
import { Inject, Injectable } from '@nestjs/common';
import { request } from 'undici';
import { z } from 'zod';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { IssueConsoleToken } from '../tokens/issue-console-token.ts';

const timeoutMs = 5000;

export interface KeyOwner {
  userId: string;
  org: string;
}

/** The management API as the console uses it: through the gateway, like everybody, with a token made for the one call. */
@Injectable()
export class KeysApi {
  constructor(
    private readonly issueToken: IssueConsoleToken,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
  ) {}

  /** The newest hundred keys of this person, revoked and expired ones among them. */
  async list(owner: KeyOwner): Promise<Pat[]> {
    const query = new URLSearchParams({ org: owner.org, owner: owner.userId, limit: '100' });
    return (await this.call(owner, ['keys:read'], 'GET', `/v1/pats?${query.toString()}`, patPageSchema)).items;
  }

  async mint(owner: KeyOwner, body: MintPat): Promise<MintedPat> {
    return this.call(owner, ['keys:write'], 'POST', '/v1/pats', mintedPatSchema, body);
  }

  async revoke(owner: KeyOwner, id: string): Promise<void> {
    await this.call(owner, ['keys:write'], 'DELETE', `/v1/pats/${encodeURIComponent(id)}`, revokedPatSchema);
  }

  /** @throws Problem with what the API said no for; `upstream_unavailable` (503) when it cannot be reached or is not understood */
  private async call<T extends z.ZodType>(owner: KeyOwner, scopes: Scope[], method: 'GET' | 'POST' | 'DELETE', path: string, schema: T, body?: unknown): Promise<z.output<T>> {
    const headers: Record<string, string> = { authorization: `Bearer ${await this.issueToken.run(owner, scopes)}`, accept: 'application/json' };
    if (body !== undefined) headers['content-type'] = 'application/json';
    const unavailable = (cause: unknown): Problem => new Problem('upstream_unavailable', { status: 503, detail: 'Keys cannot be reached right now.', cause });
    const { LATCHKEY_GATEWAY_URL: publicUrl, LATCHKEY_GATEWAY_INTERNAL_URL: internalUrl = publicUrl } = this.env;
    // The gateway answers to its public name only, by whatever way it is reached.
    headers['host'] = new URL(publicUrl).host;
    const answer = await request(new URL(path, internalUrl), {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeoutMs),
    })
      .then(async ({ statusCode, body: stream }) => ({ status: statusCode, json: await stream.json() }))
      .catch((error: unknown) => { throw unavailable(error); });
    if (answer.status >= 400) {
      const problem = problemDocumentSchema.safeParse(answer.json).data;
      if (answer.status === 400) throw new Problem('invalid_request', { detail: problem?.detail });
      if (answer.status === 403 || answer.status === 404) throw new Problem(answer.status === 403 ? 'insufficient_role' : 'not_found', { detail: problem?.detail });
      throw unavailable(new Error(`the management API answered ${answer.status} ${problem?.code ?? ''}`));
    }
    const parsed = schema.safeParse(answer.json);
    if (!parsed.success) throw unavailable(parsed.error);
    return parsed.data;
  }
}
