import { slugSchema } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import type { Interaction } from '../interactions/open-interaction.ts';
import type { OtherWays, ProviderLink } from '../pages/sign-in-form.ts';
import { Resources } from '../provider/resources.ts';
import { startPath, type Destination } from '../sign-ins/destination.ts';
import { FindProvider } from './find-provider.ts';
import type { ForeignProvider } from './foreign-provider.ts';

/** Where a provider's button leads. @param again  the provider shall not be satisfied with a session that it has */
export const startLink = ({ key, label }: ForeignProvider, destination: Destination, again = false): ProviderLink => ({
  label,
  path: `/v1/auth/oauth/${key}/start?return=${encodeURIComponent(destination)}${again ? '&again=1' : ''}`,
});

/** The buttons below a sign-in form. */
@Injectable()
export class OfferProviders {
  constructor(
    private readonly findProvider: FindProvider,
    private readonly resources: Resources,
  ) {}

  /** @param org  whose own providers come first: of the server that is asked for, or as somebody typed it */
  async to(destination: Destination, org: unknown): Promise<OtherWays> {
    const slug = slugSchema.safeParse(org);
    const own = slug.success ? await this.findProvider.ofOrg(slug.data) : [];
    const providers = [...own, ...this.findProvider.ofDeployment].map((provider) => startLink(provider, destination));
    const asked = own.length === 0 && (await this.findProvider.anyOfOrganizations());
    return asked ? { providers, organizationPath: startPath(destination) } : { providers };
  }

  /** For an authorization request: without another, the organization of the server that it asks for. */
  async toInteraction({ uid, params }: Interaction, org?: unknown): Promise<OtherWays> {
    const resource = typeof params.resource === 'string' ? await this.resources.find(params.resource) : null;
    return this.to(`interaction:${uid}`, org ?? resource?.server?.org);
  }
}
