import type { Provider, Type } from '@nestjs/common';
import { AddDomain } from './add-domain.ts';
import { ChangeDomain } from './change-domain.ts';
import { CheckDomain } from './check-domain.ts';
import { DeleteDomain } from './delete-domain.ts';
import { DomainEntity } from './domain.entity.ts';
import { DomainsController } from './domains.controller.ts';
import { FindDomain } from './find-domain.ts';
import { JoinByDomain } from './join-by-domain.ts';
import { ListDomains } from './list-domains.ts';
import { RecheckDomains } from './recheck-domains.ts';
import { DnsTxtResolver, TxtResolver } from './txt-resolver.ts';
import { VerifyDomain } from './verify-domain.ts';

/** @param txtResolver  what tests answer with; the DNS without it */
export const domainsProviders = (txtResolver?: TxtResolver): Provider[] => [
  { provide: TxtResolver, useFactory: () => txtResolver ?? new DnsTxtResolver() },
  AddDomain,
  ChangeDomain,
  CheckDomain,
  DeleteDomain,
  FindDomain,
  JoinByDomain,
  ListDomains,
  RecheckDomains,
  VerifyDomain,
];
export const domainsControllers: Type[] = [DomainsController];
export const domainsEntities: Type[] = [DomainEntity];
