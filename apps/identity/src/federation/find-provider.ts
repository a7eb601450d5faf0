import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { isUserId as isUuid } from '../accounts/user-id.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { IdentityProviderEntity } from '../identity-providers/identity-provider.entity.ts';
import { MasterKey } from '../keys/master-key.ts';
import { deploymentProviders } from './deployment-providers.ts';
import type { ForeignProvider } from './foreign-provider.ts';

export const providerSecretName = (id: string): string => `identity-provider:${id}`;

/** The providers at which people may sign in. */
@Injectable()
export class FindProvider {
  private readonly deployment: readonly ForeignProvider[];

  constructor(
    private readonly dataSource: DataSource,
    private readonly masterKey: MasterKey,
    @Inject(IDENTITY_ENV) env: IdentityEnv,
  ) {
    this.deployment = deploymentProviders(env);
  }

  /** @returns null for a key that nobody has, or that is switched off */
  async byKey(key: string): Promise<ForeignProvider | null> {
    const own = this.deployment.find((provider) => provider.key === key);
    if (own !== undefined || !isUuid(key)) return own ?? null;
    const [row] = await this.enabled('i.id = :key', { key });
    return row === undefined ? null : this.present(row, await this.domainsOf(row.org));
  }

  /** What a sign-in page offers to everybody. */
  get ofDeployment(): readonly ForeignProvider[] {
    return this.deployment;
  }

  /** An organization's own, oldest first; none also for an organization that does not exist. */
  async ofOrg(org: string): Promise<ForeignProvider[]> {
    const rows = await this.enabled('i.org = :org', { org });
    const domains = rows.length === 0 ? [] : await this.domainsOf(org);
    return rows.map((row) => this.present(row, domains));
  }

  /**
   * Whose word an organization takes.
   * @param own  keys of its own providers
   */
  trust(own: readonly string[]): (provider: string) => boolean {
    return own.length > 0 ? (provider) => own.includes(provider) : (provider) => this.deployment.some(({ key }) => key === provider);
  }

  private enabled(condition: string, parameters: Record<string, string>): Promise<IdentityProviderEntity[]> {
    return this.dataSource.manager
      .createQueryBuilder(IdentityProviderEntity, 'i')
      .where(`i.enabled AND ${condition} AND EXISTS (SELECT 1 FROM organizations o WHERE o.slug = i.org AND o.disabled_at IS NULL)`, parameters)
      .orderBy('i.createdAt', 'ASC')
      .getMany();
  }

  /** Whether any organization has a provider of its own. */
  async anyOfOrganizations(): Promise<boolean> {
    return this.dataSource.manager.existsBy(IdentityProviderEntity, { enabled: true });
  }

  /** The addresses that an organization may speak for: those in domains that it has proven. */
  private async domainsOf(org: string): Promise<string[]> {
    const rows = await this.dataSource.query<{ domain: string }[]>('SELECT domain FROM domains WHERE org = $1 AND verified_at IS NOT NULL', [org]);
    return rows.map(({ domain }) => domain);
  }

  private present(row: IdentityProviderEntity, domains: readonly string[]): ForeignProvider {
    const { id, org, label, issuer, clientId, sealedSecret, scopes, mfaAcrValues, revision } = row;
    const clientSecret = sealedSecret === null ? null : this.masterKey.open(providerSecretName(id), sealedSecret).toString();
    return { key: id, label, issuer, clientId, clientSecret, scopes, org, speaksFor: domains, mfaAcrValues, revision: String(revision) };
  }
}
