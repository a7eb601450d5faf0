import type { Provider, Type } from '@nestjs/common';
import { AssertionGrant } from './assertion-grant.ts';
import { DistrustIssuer } from './distrust-issuer.ts';
import { FindTrustedIssuer } from './find-trusted-issuer.ts';
import { IssuerKeys } from './issuer-keys.ts';
import { LinkSubject } from './link-subject.ts';
import { LinkedSubjectEntity } from './linked-subject.entity.ts';
import { ListSubjects } from './list-subjects.ts';
import { ListTrustedIssuers } from './list-trusted-issuers.ts';
import { ReadAssertion } from './read-assertion.ts';
import { RecognizeSubject } from './recognize-subject.ts';
import { TrustIssuer } from './trust-issuer.ts';
import { TrustedIssuerEntity } from './trusted-issuer.entity.ts';
import { TrustedIssuersController } from './trusted-issuers.controller.ts';
import { UnlinkSubject } from './unlink-subject.ts';
import { UsedAssertionEntity } from './used-assertion.entity.ts';

export const assertionsProviders: Provider[] = [
  AssertionGrant, DistrustIssuer, FindTrustedIssuer, IssuerKeys, LinkSubject, ListSubjects, ListTrustedIssuers, ReadAssertion, RecognizeSubject, TrustIssuer, UnlinkSubject,
];
export const assertionsControllers: Type[] = [TrustedIssuersController];
export const assertionsEntities: Type[] = [LinkedSubjectEntity, TrustedIssuerEntity, UsedAssertionEntity];
