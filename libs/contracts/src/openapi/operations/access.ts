import * as grants from '../../http/grants.ts';
import { pageQuerySchema } from '../../http/lists.ts';
import * as sessions from '../../http/sessions.ts';
import { defineOperations } from '../operation.ts';

export const grantOperations = defineOperations({
  listGrants: {
    method: 'get', path: '/v1/grants', scope: 'org:read', summary: 'List connected programs', description: 'One\'s own; administrators see everybody\'s.',
    query: grants.listGrantsQuerySchema, status: 200, answer: grants.issuedGrantPageSchema, refusals: ['not_found'],
  },
  showGrant: { method: 'get', path: '/v1/grants/{id}', scope: 'org:read', summary: 'Show a connected program', status: 200, answer: grants.issuedGrantSchema },
  revokeGrant: {
    method: 'delete', path: '/v1/grants/{id}', scope: 'keys:write', summary: 'Disconnect a program', description: 'One\'s own; somebody else\'s takes `org:admin` beside.', status: 200, answer: grants.revokedGrantSchema,
  },
  revokeGrants: {
    method: 'post', path: '/v1/grants/revoke', scope: 'org:admin', summary: 'Disconnect many', description: 'All of a client, all of a user, or where the two meet.',
    body: grants.revokeGrantsSchema, repeatable: true, status: 200, answer: grants.revokedGrantsSchema, refusals: ['not_found'],
  },
  listRememberedConsents: {
    method: 'get', path: '/v1/grants/remembered', scope: 'org:read', summary: 'List what is allowed without asking', query: pageQuerySchema, status: 200, answer: grants.rememberedConsentPageSchema,
  },
  forgetConsent: { method: 'delete', path: '/v1/grants/remembered/{id}', scope: 'keys:write', summary: 'Be asked again', status: 200, answer: grants.forgottenConsentSchema },
});

export const sessionOperations = defineOperations({
  listSessions: { method: 'get', path: '/v1/sessions', scope: 'org:read', summary: 'List one\'s own sessions', query: sessions.listSessionsQuerySchema, status: 200, answer: sessions.sessionPageSchema, refusals: ['not_found'] },
  endSessions: { method: 'delete', path: '/v1/sessions', scope: 'keys:write', summary: 'Sign out everywhere', status: 200, answer: sessions.endedSessionsSchema, refusals: ['not_found'] },
  endSession: { method: 'delete', path: '/v1/sessions/{id}', scope: 'keys:write', summary: 'End a session', status: 200, answer: sessions.endedSessionSchema },
});
