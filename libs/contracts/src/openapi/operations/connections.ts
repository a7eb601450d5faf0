import * as connections from '../../http/connections.ts';
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
});
