import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { fetch, type Agent, type RequestInit } from 'undici';
import { guardedAgent, requireSafeUrl } from '@latchkey/outbound';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';

const limits = { maxBytes: 256 * 1024, timeoutMs: 5000 };

export type Fetch = (url: string, options: object) => Promise<Response>;

/**
 * The way to other providers' endpoints, as `openid-client` asks for it. Where an organization named the issuer, it and every URL in its
 * metadata is a stranger's and goes under the rules for those (AS-13); the operator's own may stand in a private network.
 */
@Injectable()
export class OidcFetch implements OnApplicationShutdown {
  private readonly open: Agent;
  private readonly guarded: Agent;

  constructor(@Inject(IDENTITY_ENV) private readonly env: IdentityEnv) {
    this.open = guardedAgent({ allowPrivateAddresses: true, ...limits });
    this.guarded = guardedAgent({ allowPrivateAddresses: env.LATCHKEY_ALLOW_PRIVATE_UPSTREAMS, ...limits });
  }

  for(provider: { org: string | null }): Fetch {
    const allowPrivateAddresses = provider.org === null || this.env.LATCHKEY_ALLOW_PRIVATE_UPSTREAMS;
    const dispatcher = provider.org === null ? this.open : this.guarded;
    return async (url, options) => {
      requireSafeUrl(new URL(url), allowPrivateAddresses);
      const init = { ...(options as RequestInit), redirect: 'manual', dispatcher } satisfies RequestInit;
      return (await fetch(url, init)) as unknown as Response;
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.open.destroy(), this.guarded.destroy()]);
  }
}
