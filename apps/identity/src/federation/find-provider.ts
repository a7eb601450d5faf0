import { Inject, Injectable } from '@nestjs/common';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { deploymentProviders } from './deployment-providers.ts';
import type { ForeignProvider } from './foreign-provider.ts';

/** The providers at which people may sign in. */
@Injectable()
export class FindProvider {
  private readonly deployment: readonly ForeignProvider[];

  constructor(@Inject(IDENTITY_ENV) env: IdentityEnv) {
    this.deployment = deploymentProviders(env);
  }

  /** @returns null for a key that nobody has, or that is switched off */
  async byKey(key: string): Promise<ForeignProvider | null> {
    return Promise.resolve(this.deployment.find((provider) => provider.key === key) ?? null);
  }

  /** What a sign-in page offers to everybody. */
  get ofDeployment(): readonly ForeignProvider[] {
    return this.deployment;
  }
}
