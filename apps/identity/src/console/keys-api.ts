import { patPageSchema, problemDocumentSchema, revokedPatSchema, type Pat, type Scope } from '@latchkey/contracts';
import { Problem } from '@latchkey/problem';
import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { ManagementApi, type KeyOwner } from './management-api.ts';

const timeoutMs = 5000;

/** Keys of one person, as far as the pages on accounts have to do with them. */
@Injectable()
export class KeysApi {
  constructor(private readonly api: ManagementApi) {}

  /** The newest hundred keys of this person, revoked and expired ones among them. */
  async list(owner: KeyOwner): Promise<Pat[]> {
    const query = new URLSearchParams({ org: owner.org, owner: owner.userId, limit: '100' });
    return (await this.call(owner, ['keys:read'], 'GET', `/v1/pats?${query.toString()}`, patPageSchema)).items;
  }

  async revoke(owner: KeyOwner, id: string): Promise<void> {
    await this.call(owner, ['keys:write'], 'DELETE', `/v1/pats/${encodeURIComponent(id)}`, revokedPatSchema);
  }

  /** @throws Problem with what the API said no for; `upstream_unavailable` (503) when it cannot be reached or is not understood */
  private async call<T extends z.ZodType>(owner: KeyOwner, scopes: Scope[], method: 'GET' | 'DELETE', path: string, schema: T): Promise<z.output<T>> {
    const unavailable = (cause: unknown): Problem => new Problem('upstream_unavailable', { status: 503, detail: 'Keys cannot be reached right now.', cause });
    const { statusCode: status, body } = await this.api.request(owner, scopes, { method, path, timeoutMs });
    const json: unknown = await body.json().catch((error: unknown) => { throw unavailable(error); });
    if (status >= 400) {
      const problem = problemDocumentSchema.safeParse(json).data;
      if (status === 400) throw new Problem('invalid_request', { detail: problem?.detail });
      if (status === 403 || status === 404) throw new Problem(status === 403 ? 'insufficient_role' : 'not_found', { detail: problem?.detail });
      throw unavailable(new Error(`the management API answered ${status} ${problem?.code ?? ''}`));
    }
    const parsed = schema.safeParse(json);
    if (!parsed.success) throw unavailable(parsed.error);
    return parsed.data;
  }
}
