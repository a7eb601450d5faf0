import * as domains from '../../http/domains.ts';
import * as providers from '../../http/identity-providers.ts';
import { withinOrgQuerySchema } from '../../http/organizations.ts';
import * as policies from '../../http/policies.ts';
import { defineOperations } from '../operation.ts';

export const domainOperations = defineOperations({
  addDomain: {
    method: 'post', path: '/v1/domains', scope: 'org:admin', summary: 'Claim a domain', description: '`challenge` is the TXT record that proves it.',
    body: domains.addDomainSchema, status: 201, answer: domains.domainSchema, refusals: ['conflict', 'policy_violation', 'not_found'], examples: { body: { domain: 'example.com' } },
  },
  listDomains: { method: 'get', path: '/v1/domains', scope: 'org:read', summary: 'List domains', query: withinOrgQuerySchema, status: 200, answer: domains.domainPageSchema, refusals: ['not_found'] },
  showDomain: { method: 'get', path: '/v1/domains/{domain}', scope: 'org:read', summary: 'Show a domain', status: 200, answer: domains.domainSchema },
  verifyDomain: { method: 'post', path: '/v1/domains/{domain}/verify', scope: 'org:admin', summary: 'Look for the TXT record now', status: 200, answer: domains.domainSchema, refusals: ['conflict'] },
  changeDomain: {
    method: 'patch', path: '/v1/domains/{domain}', scope: 'org:admin', summary: 'Say whether people of a domain become members', body: domains.changeDomainSchema, status: 200, answer: domains.domainSchema,
    refusals: ['conflict'],
  },
  deleteDomain: { method: 'delete', path: '/v1/domains/{domain}', scope: 'org:admin', summary: 'Give a domain up', status: 200, answer: domains.deletedDomainSchema },
});

export const policyOperations = defineOperations({
  showPolicy: { method: 'get', path: '/v1/policies', scope: 'org:read', summary: 'Show the policy', query: policies.policyQuerySchema, status: 200, answer: policies.policyDocumentSchema, refusals: ['not_found'] },
  changePolicy: {
    method: 'patch', path: '/v1/policies', scope: 'org:admin', summary: 'Change the policy', description: '`revision` is the one that the change was made from; another one by now is a conflict.',
    body: policies.changePolicySchema, status: 200, answer: policies.changedPolicySchema, refusals: ['conflict', 'policy_violation', 'not_found'],
    examples: { body: { revision: 3, policy: { mfaRequired: true, keyMaxLifetimeSeconds: 7_776_000 } } },
  },
});

export const identityProviderOperations = defineOperations({
  createIdentityProvider: {
    method: 'post', path: '/v1/identity-providers', scope: 'org:admin', summary: 'Add an OpenID provider for sign-in', description: 'Register `redirectUri` there.',
    body: providers.createIdentityProviderSchema, status: 201, answer: providers.identityProviderSchema, refusals: ['conflict', 'policy_violation', 'not_found'],
  },
  listIdentityProviders: {
    method: 'get', path: '/v1/identity-providers', scope: 'org:read', summary: 'List identity providers', query: withinOrgQuerySchema, status: 200, answer: providers.identityProviderPageSchema, refusals: ['not_found'],
  },
  showIdentityProvider: { method: 'get', path: '/v1/identity-providers/{id}', scope: 'org:read', summary: 'Show an identity provider', status: 200, answer: providers.identityProviderSchema },
  changeIdentityProvider: {
    method: 'patch', path: '/v1/identity-providers/{id}', scope: 'org:admin', summary: 'Change an identity provider',
    body: providers.updateIdentityProviderSchema, status: 200, answer: providers.identityProviderSchema, refusals: ['conflict', 'policy_violation'],
  },
  deleteIdentityProvider: {
    method: 'delete', path: '/v1/identity-providers/{id}', scope: 'org:admin', summary: 'Delete an identity provider', status: 200, answer: providers.deletedIdentityProviderSchema, refusals: ['conflict', 'policy_violation'],
  },
});
