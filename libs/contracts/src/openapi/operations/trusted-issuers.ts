import { pageQuerySchema } from '../../http/lists.ts';
import { withinOrgQuerySchema } from '../../http/organizations.ts';
import * as issuers from '../../http/trusted-issuers.ts';
import { defineOperations } from '../operation.ts';

const path = '/v1/trusted-issuers';

export const trustedIssuerOperations = defineOperations({
  trustIssuer: {
    method: 'post', path, scope: 'org:admin', summary: 'Trust an issuer of identity assertions', body: issuers.registerTrustedIssuerSchema, status: 201, answer: issuers.trustedIssuerSchema,
    refusals: ['conflict', 'policy_violation', 'not_found'],
  },
  listTrustedIssuers: { method: 'get', path, scope: 'org:read', summary: 'List trusted issuers', query: withinOrgQuerySchema, status: 200, answer: issuers.trustedIssuerPageSchema, refusals: ['not_found'] },
  showTrustedIssuer: { method: 'get', path: `${path}/{id}`, scope: 'org:read', summary: 'Show a trusted issuer', status: 200, answer: issuers.trustedIssuerSchema },
  distrustIssuer: {
    method: 'delete', path: `${path}/{id}`, scope: 'org:admin', summary: 'Trust an issuer no longer', description: 'What came of its assertions is dead.', status: 200, answer: issuers.distrustedIssuerSchema,
  },
  linkSubject: {
    method: 'post', path: `${path}/{id}/subjects`, scope: 'org:admin', summary: 'Say who a subject of an issuer is', body: issuers.linkSubjectSchema, status: 201, answer: issuers.linkedSubjectSchema, refusals: ['conflict'],
  },
  listSubjects: { method: 'get', path: `${path}/{id}/subjects`, scope: 'org:admin', summary: 'List known subjects of an issuer', query: pageQuerySchema, status: 200, answer: issuers.linkedSubjectPageSchema },
  unlinkSubject: { method: 'delete', path: `${path}/{id}/subjects/{subject}`, scope: 'org:admin', summary: 'Forget who a subject is', status: 200, answer: issuers.linkedSubjectSchema },
});
