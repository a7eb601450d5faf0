import { Injectable } from '@nestjs/common';
import type { ProviderLink } from '../pages/sign-in-form.ts';
import type { Destination } from '../sign-ins/destination.ts';
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
  constructor(private readonly findProvider: FindProvider) {}

  to(destination: Destination): ProviderLink[] {
    return this.findProvider.ofDeployment.map((provider) => startLink(provider, destination));
  }
}
