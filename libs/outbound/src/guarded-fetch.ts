import { request, type Dispatcher } from 'undici';
import { guardedAgent, requireSafeUrl } from './guarded-agent.ts';
import { OutboundFetch } from './outbound-fetch.ts';

const maxBytes = 64 * 1024;
const timeoutMs = 2500;

export interface GuardedFetchOptions {
  /** Lifts the address rule, and lets loopback hosts be http: development and tests. */
  allowPrivateAddresses: boolean;
  /** 64 KiB where nothing is said. */
  maxBytes?: number;
}

/** The one way out to URLs that others gave us: client documents and keys. */
export class GuardedFetch extends OutboundFetch {
  private readonly agent;

  constructor(private readonly options: GuardedFetchOptions) {
    super();
    this.agent = guardedAgent({ maxBytes, ...options, timeoutMs });
  }

  override async get(url: string, signal: AbortSignal = AbortSignal.timeout(timeoutMs), headers: Readonly<Record<string, string>> = {}): Promise<{ status: number; headers: Headers; body: string }> {
    requireSafeUrl(new URL(url), this.options.allowPrivateAddresses);
    // undici follows no redirect unless told to.
    const answer = await request(url, { dispatcher: this.agent, signal, headers: { accept: 'application/json', ...headers } });
    return { status: answer.statusCode, headers: toHeaders(answer), body: await answer.body.text() };
  }

  close(): Promise<void> {
    return this.agent.close();
  }
}

function toHeaders({ headers }: Dispatcher.ResponseData): Headers {
  const result = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) result.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return result;
}
