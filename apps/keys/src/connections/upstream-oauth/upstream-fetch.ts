import { guardedAgent, requireSafeUrl } from '@latchkey/outbound';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { fetch, type Agent, type RequestInit } from 'undici';
import type { KeysEnv } from '../../env.ts';
import { KEYS_ENV } from '../../tokens.ts';

export type Fetch = (url: string, options: object) => Promise<Response>;

const limits = { maxBytes: 256 * 1024, timeoutMs: 5000 };

/** The way to authorization servers of upstreams: strangers, every one (AS-13). */
@Injectable()
export class UpstreamFetch implements OnApplicationShutdown {
  private readonly agent: Agent;
  private readonly allowPrivateAddresses: boolean;

  constructor(@Inject(KEYS_ENV) env: KeysEnv) {
    this.allowPrivateAddresses = env.LATCHKEY_ALLOW_PRIVATE_UPSTREAMS;
    this.agent = guardedAgent({ allowPrivateAddresses: this.allowPrivateAddresses, ...limits });
  }

  /** As `openid-client` asks for it; redirects are not followed. */
  readonly fetch: Fetch = async (url, options) => {
    requireSafeUrl(new URL(url), this.allowPrivateAddresses);
    const init = { ...(options as RequestInit), redirect: 'manual', dispatcher: this.agent, signal: AbortSignal.timeout(limits.timeoutMs) } satisfies RequestInit;
    return (await fetch(url, init)) as unknown as Response;
  };

  async onApplicationShutdown(): Promise<void> {
    await this.agent.destroy();
  }
}
