import type { Scope } from '@latchkey/contracts';
import { Problem } from '@latchkey/problem';
import { Inject, Injectable } from '@nestjs/common';
import { request, type Dispatcher } from 'undici';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { IssueConsoleToken } from '../tokens/issue-console-token.ts';

/** A registration waits for a look at the server. */
const patienceMs = 20_000;

export interface KeyOwner {
  userId: string;
  org: string;
}

export interface ManagementRequest {
  method: Dispatcher.HttpMethod;
  path: string;
  body?: unknown;
  idempotencyKey?: string | undefined;
  /** Until the head of the answer, and between its pieces */
  timeoutMs?: number;
  /** One that was made before, for several questions at once */
  token?: string;
  signal?: AbortSignal;
}

/** The management API as the console uses it: through the gateway, like everybody, with a token made for the one call. */
@Injectable()
export class ManagementApi {
  constructor(
    private readonly issueToken: IssueConsoleToken,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
  ) {}

  /**
   * @returns the answer as it comes, whatever its status
   * @throws Problem `upstream_unavailable` (503) when the gateway cannot be reached
   */
  async request(owner: KeyOwner, scopes: readonly Scope[], { method, path, body, idempotencyKey, timeoutMs = patienceMs, token, signal }: ManagementRequest): Promise<Dispatcher.ResponseData> {
    const { LATCHKEY_GATEWAY_URL: publicUrl, LATCHKEY_GATEWAY_INTERNAL_URL: internalUrl = publicUrl } = this.env;
    const headers: Record<string, string> = {
      authorization: `Bearer ${token ?? await this.issueToken.run(owner, scopes)}`,
      accept: 'application/json, application/x-ndjson',
      // The gateway answers to its public name only, by whatever way it is reached.
      host: new URL(publicUrl).host,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
    };
    return request(new URL(path, internalUrl), {
      method, headers, headersTimeout: timeoutMs, bodyTimeout: timeoutMs,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    }).catch((error: unknown) => {
      throw new Problem('upstream_unavailable', { status: 503, detail: 'The gateway cannot be reached right now.', cause: error });
    });
  }
}
