import { grantOperations, sessionOperations } from './operations/access.ts';
import { auditOperations } from './operations/audit.ts';
import { connectionOperations } from './operations/connections.ts';
import { authzOperations, explainOperations, freshnessOperations, toolOperations } from './operations/gateway.ts';
import { leakOperations } from './operations/leaks.ts';
import { oauthClientOperations, trustedClientOperations } from './operations/oauth-clients.ts';
import { domainOperations, identityProviderOperations, policyOperations } from './operations/organization-settings.ts';
import { memberOperations, organizationOperations } from './operations/organizations.ts';
import { patOperations } from './operations/pats.ts';
import { projectOperations } from './operations/projects.ts';
import { serverOperations } from './operations/servers.ts';
import { trustedIssuerOperations } from './operations/trusted-issuers.ts';
import { webhookEndpointOperations } from './operations/webhook-endpoints.ts';
import { hookOperations, webhookSubscriptionOperations } from './operations/webhook-subscriptions.ts';
import type { OperationFamily } from './operation.ts';

/** The HTTP API, in the order of documents. */
export const families: readonly OperationFamily[] = [
  { tag: 'Keys', description: 'Personal access tokens and service keys.', service: 'keys', operations: patOperations },
  { tag: 'Leaks', description: 'Tokens that were found in the open.', service: 'keys', operations: leakOperations },
  { tag: 'Webhook endpoints', description: 'Being told of events.', service: 'keys', operations: webhookEndpointOperations },
  { tag: 'Webhook subscriptions', description: 'Letting a sender call a tool.', service: 'keys', operations: webhookSubscriptionOperations },
  { tag: 'Hooks', description: 'Where senders post to.', service: 'keys', operations: hookOperations },
  { tag: 'Connections', description: 'Credentials of upstream servers.', service: 'keys', operations: connectionOperations },
  { tag: 'Organizations', description: 'Tenants.', service: 'identity', operations: organizationOperations },
  { tag: 'Members', description: 'Who belongs to an organization, and as what.', service: 'identity', operations: memberOperations },
  { tag: 'Projects', description: 'Parts of an organization, with roles of their own.', service: 'identity', operations: projectOperations },
  { tag: 'Domains', description: 'Domains that an organization has proven.', service: 'identity', operations: domainOperations },
  { tag: 'Policies', description: 'What an organization demands.', service: 'identity', operations: policyOperations },
  { tag: 'Identity providers', description: 'Where else members sign in.', service: 'identity', operations: identityProviderOperations },
  { tag: 'OAuth clients', description: 'Programs that ask people, or act for themselves.', service: 'identity', operations: oauthClientOperations },
  { tag: 'Trusted clients', description: 'Clients that an organization vouches for.', service: 'identity', operations: trustedClientOperations },
  { tag: 'Trusted issuers', description: 'Whose identity assertions are taken.', service: 'identity', operations: trustedIssuerOperations },
  { tag: 'Servers', description: 'The registry of MCP servers.', service: 'identity', operations: serverOperations },
  { tag: 'Grants', description: 'Connected programs.', service: 'identity', operations: grantOperations },
  { tag: 'Sessions', description: 'Where somebody is signed in.', service: 'identity', operations: sessionOperations },
  { tag: 'Audit', description: 'What happened.', service: 'identity', operations: auditOperations },
  { tag: 'Tools', description: 'Tools of MCP servers over REST.', service: 'gateway', operations: toolOperations },
  { tag: 'Explain', description: 'Why a call is allowed or refused.', service: 'gateway', operations: explainOperations },
  { tag: 'External authorization', description: 'Whether a reverse proxy may let a request pass.', service: 'gateway', operations: authzOperations },
  { tag: 'Freshness', description: 'How old what a gateway knows may be.', service: 'gateway', operations: freshnessOperations },
];

/** Every operation by its name. */
export const operations = {
  ...patOperations, ...leakOperations, ...webhookEndpointOperations, ...webhookSubscriptionOperations, ...hookOperations, ...connectionOperations,
  ...organizationOperations, ...memberOperations, ...projectOperations, ...domainOperations, ...policyOperations, ...identityProviderOperations,
  ...oauthClientOperations, ...trustedClientOperations, ...trustedIssuerOperations, ...serverOperations, ...grantOperations, ...sessionOperations, ...auditOperations,
  ...toolOperations, ...explainOperations, ...authzOperations, ...freshnessOperations,
};
export type OperationName = keyof typeof operations;
