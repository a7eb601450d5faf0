import { Agent, request } from 'undici';
import { guardedAgent, requireSafeUrl } from './guarded-agent.ts';

const maxBytes = 64 * 1024;

export interface Posted {
  status: number;
  /** `Retry-After` as it came; whoever asked knows what it is worth. */
  retryAfter: string | null;
}

export interface GuardedPostOptions {
  allowPrivateAddresses: boolean;
  /** From the first look-up to the end of the headers of the answer. */
  timeoutMs: number;
}

/** Posts to URLs that others gave us and reads nothing of what they say but the status (WH-04). The address is judged at every connection. */
export class GuardedPost {
  private readonly agent: Agent;

  constructor(private readonly options: GuardedPostOptions) {
    // Whoever calls bounds what is open: one slow host would otherwise hold up another tenant's requests to it.
    this.agent = guardedAgent({ ...options, maxBytes, connections: null });
  }

  /** @throws Error for a refused address, a timeout, a connection that fails; a redirect is an answer like any other */
  async post(url: string, headers: Readonly<Record<string, string>>, body: string): Promise<Posted> {
    requireSafeUrl(new URL(url), this.options.allowPrivateAddresses);
    const signal = AbortSignal.timeout(this.options.timeoutMs);
    const answer = await request(url, { method: 'POST', dispatcher: this.agent, signal, headers, body });
    const { 'retry-after': retryAfter } = answer.headers;
    // What is said beyond the status is thrown away, so that the connection can be used again.
    await answer.body.dump({ limit: maxBytes }).catch(() => undefined);
    return { status: answer.statusCode, retryAfter: typeof retryAfter === 'string' ? retryAfter : null };
  }

  close(): Promise<void> {
    return this.agent.destroy();
  }
}
