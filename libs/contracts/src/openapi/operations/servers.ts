import * as servers from '../../http/servers.ts';
import * as probes from '../../http/server-probes.ts';
import { defineOperations } from '../operation.ts';

export const serverOperations = defineOperations({
  registerServer: {
    method: 'post', path: '/v1/servers', scope: 'servers:write', summary: 'Register an MCP server', description: '`slug` is unique in the deployment. Clients connect to `resource`.',
    body: servers.registerServerSchema, status: 201, answer: servers.registeredServerSchema, refusals: ['conflict', 'policy_violation', 'not_found'],
    examples: { body: { org: 'acme', project: 'prod', slug: 'demo', name: 'Demo', url: 'https://mcp.internal.example/mcp' } },
  },
  listServers: { method: 'get', path: '/v1/servers', scope: 'servers:read', summary: 'List MCP servers', query: servers.listServersQuerySchema, status: 200, answer: servers.serverPageSchema, refusals: ['not_found'] },
  showServer: { method: 'get', path: '/v1/servers/{slug}', scope: 'servers:read', summary: 'Show an MCP server', status: 200, answer: servers.shownServerSchema },
  changeServer: {
    method: 'patch', path: '/v1/servers/{slug}', scope: 'servers:write', summary: 'Change an MCP server', description: 'A member that is given takes the place of the one there as a whole.',
    body: servers.changeServerSchema, status: 200, answer: servers.registeredServerSchema, refusals: ['conflict', 'policy_violation'],
  },
  probeServer: {
    method: 'post', path: '/v1/servers/{slug}/probe', scope: 'servers:write', summary: 'Look at an MCP server', description: 'A gateway speaks to it as a client of either era does.', status: 200, answer: probes.probedServerSchema,
  },
  deleteServer: { method: 'delete', path: '/v1/servers/{slug}', scope: 'servers:write', summary: 'Delete an MCP server', status: 200, answer: servers.deletedServerSchema },
});
