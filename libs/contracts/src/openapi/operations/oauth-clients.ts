import * as clients from '../../http/oauth-clients.ts';
import { withinOrgQuerySchema } from '../../http/organizations.ts';
import { defineOperations } from '../operation.ts';

export const oauthClientOperations = defineOperations({
  registerOauthClient: {
    method: 'post', path: '/v1/oauth-clients', scope: 'keys:write', summary: 'Register an OAuth client', description: '`clientSecret` is in this answer and nowhere else. A machine takes `org:admin` beside.',
    body: clients.registerOauthClientSchema, status: 201, answer: clients.registeredOauthClientSchema, refusals: ['conflict', 'policy_violation', 'not_found'],
    examples: { body: { org: 'acme', name: 'Dashboard', kind: 'confidential', redirectUris: ['https://dash.example.com/callback'], scopes: ['mcp:read'] } },
  },
  listOauthClients: { method: 'get', path: '/v1/oauth-clients', scope: 'org:read', summary: 'List OAuth clients', query: clients.listOauthClientsQuerySchema, status: 200, answer: clients.oauthClientPageSchema, refusals: ['not_found'] },
  showOauthClient: { method: 'get', path: '/v1/oauth-clients/{id}', scope: 'org:read', summary: 'Show an OAuth client', status: 200, answer: clients.oauthClientSchema },
  changeOauthClient: {
    method: 'patch', path: '/v1/oauth-clients/{id}', scope: 'keys:write', summary: 'Change an OAuth client', description: 'A machine takes `org:admin` beside.', body: clients.updateOauthClientSchema, status: 200, answer: clients.updatedOauthClientSchema,
    refusals: ['conflict', 'policy_violation'],
  },
  rotateOauthClientSecret: {
    method: 'post', path: '/v1/oauth-clients/{id}/rotate-secret', scope: 'keys:write', summary: 'Give a client another secret', description: 'The old one is taken for `graceSeconds`. A machine takes `org:admin` beside.',
    body: clients.rotateClientSecretSchema, bodyOptional: true, status: 201, answer: clients.registeredOauthClientSchema, refusals: ['conflict', 'policy_violation'], examples: { body: { graceSeconds: 86_400 } },
  },
  deleteOauthClient: {
    method: 'delete', path: '/v1/oauth-clients/{id}', scope: 'keys:write', summary: 'Delete an OAuth client', description: 'What was issued to it is dead. A machine takes `org:admin` beside.',
    status: 200, answer: clients.deletedOauthClientSchema, refusals: ['policy_violation'],
  },
});

export const trustedClientOperations = defineOperations({
  trustClient: {
    method: 'post', path: '/v1/trusted-clients', scope: 'org:admin', summary: 'Vouch for a client, or for those of a host', body: clients.trustClientSchema, status: 201, answer: clients.trustedClientSchema,
    refusals: ['conflict', 'not_found'],
  },
  listTrustedClients: { method: 'get', path: '/v1/trusted-clients', scope: 'org:read', summary: 'List trusted clients', query: withinOrgQuerySchema, status: 200, answer: clients.trustedClientPageSchema, refusals: ['not_found'] },
  distrustClient: { method: 'delete', path: '/v1/trusted-clients/{id}', scope: 'org:admin', summary: 'Vouch for a client no longer', status: 200, answer: clients.trustedClientSchema },
});
