import * as connections from '../../http/connections.ts';
import * as issuers from '../../http/end-user-issuers.ts';
import { pageQuerySchema } from '../../http/lists.ts';
import { defineOperations } from '../operation.ts';

const path = '/v1/connections';

export const connectionOperations = defineOperations({
  createConnection: {
    method: 'post', path, scope: 'connections:write', summary: 'Say with what the gateway goes to a server', description: 'The value is sealed, and shown nowhere.',
    body: connections.createConnectionSchema, status: 201, answer: connections.changedConnectionSchema, refusals: ['conflict', 'policy_violation', 'not_found'],
    examples: { body: { name: 'Tracker', project: 'prod', server: 'tracker', kind: 'static', value: 'Bearer example' } },
  },
  listConnections: { method: 'get', path, scope: 'connections:read', summary: 'List connections', query: connections.listConnectionsQuerySchema, status: 200, answer: connections.connectionPageSchema },
  showConnection: { method: 'get', path: `${path}/{id}`, scope: 'connections:read', summary: 'Show a connection', status: 200, answer: connections.connectionSchema },
  changeConnection: {
    method: 'patch', path: `${path}/{id}`, scope: 'connections:write', summary: 'Change a connection', body: connections.updateConnectionSchema, status: 200, answer: connections.connectionSchema, refusals: ['conflict'],
  },
  rotateConnection: {
    method: 'post', path: `${path}/{id}/rotate`, scope: 'connections:write', summary: 'Give a connection another value', description: 'During the overlap the old one is still used where the new one is not taken yet.',
    body: connections.rotateConnectionSchema, status: 201, answer: connections.changedConnectionSchema, refusals: ['conflict'],
  },
  revokeConnection: { method: 'delete', path: `${path}/{id}`, scope: 'connections:write', summary: 'Revoke a connection', status: 200, answer: connections.revokedConnectionSchema },
  authorizeConnection: {
    method: 'post', path: `${path}/{id}/authorize`, scope: 'connections:write', summary: 'Ask for the page where a connection is made',
    description: 'The URL is for the browser of whoever asks: their own connection where each user has one, or else the project’s, which its administrators make.',
    body: connections.authorizeConnectionSchema, status: 200, answer: connections.connectionAuthorizationSchema, refusals: ['conflict'],
  },
  setOwnConnection: {
    method: 'put', path: `${path}/{id}/mine`, scope: 'connections:write', summary: 'Give one’s own value', description: 'Of a static connection where each user has one.',
    body: connections.ownConnectionSchema, status: 200, answer: connections.changedConnectionSchema, refusals: ['conflict'],
  },
  disconnect: { method: 'delete', path: `${path}/{id}/mine`, scope: 'connections:write', summary: 'End what one has in a connection', status: 200, answer: connections.disconnectedSchema, refusals: ['conflict'] },
  listConnectionHolders: {
    method: 'get', path: `${path}/{id}/holders`, scope: 'connections:read', summary: 'List who is connected', description: 'For administrators of the project; no value is in it.',
    query: pageQuerySchema, status: 200, answer: connections.connectionHolderPageSchema,
  },
  endConnectionHolder: { method: 'delete', path: `${path}/{id}/holders/{holder}`, scope: 'connections:write', summary: 'End what somebody has in a connection', status: 200, answer: connections.disconnectedSchema },
  registerEndUserIssuer: {
    method: 'post', path: `${path}/issuers`, scope: 'connections:write', summary: 'Believe an issuer about one’s end users', description: 'Its tokens, in `X-User-Token`, tell limits, audit and connections of end users apart.',
    body: issuers.registerEndUserIssuerSchema, status: 201, answer: issuers.changedEndUserIssuerSchema, refusals: ['conflict'],
  },
  listEndUserIssuers: { method: 'get', path: `${path}/issuers`, scope: 'connections:read', summary: 'List issuers of end users', query: pageQuerySchema, status: 200, answer: issuers.endUserIssuerPageSchema },
  revokeEndUserIssuer: { method: 'delete', path: `${path}/issuers/{id}`, scope: 'connections:write', summary: 'Believe an issuer no more', status: 200, answer: issuers.changedEndUserIssuerSchema },
});
