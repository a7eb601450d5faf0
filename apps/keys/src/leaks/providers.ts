import type { Provider, Type } from '@nestjs/common';
import { MonotonicClock, SystemMonotonicClock } from '@latchkey/clock';
import { GuardedFetch } from '@latchkey/outbound';
import type { KeysEnv } from '../env.ts';
import { KEYS_ENV } from '../tokens.ts';
import { EndLeaked } from './end-leaked.ts';
import { GithubKeys } from './github-keys.ts';
import { LeaksController } from './leaks.controller.ts';
import { ReportGithub } from './report-github.ts';

/** The address is the operator's own, so it may be a private one. */
const githubKeys: Provider = {
  provide: GithubKeys,
  useFactory: (env: KeysEnv, clock: MonotonicClock) => new GithubKeys(env.LATCHKEY_GITHUB_KEYS_URL, new GuardedFetch({ allowPrivateAddresses: true }), clock),
  inject: [KEYS_ENV, MonotonicClock],
};

export const leakProviders: Provider[] = [EndLeaked, ReportGithub, githubKeys, { provide: MonotonicClock, useClass: SystemMonotonicClock }];
export const leakControllers: Type[] = [LeaksController];
