import { explainedSchema, explainQuerySchema } from '@latchkey/contracts';
import { operations, type Operation } from '@latchkey/contracts/openapi';
import type { ToolAnnotations } from '@modelcontextprotocol/server';

export interface PlatformTool {
  name: string;
  /** What of the management API it is; its description, its input and its scope come from there. */
  operation: Operation;
  annotations: ToolAnnotations;
}

const looks: ToolAnnotations = { readOnlyHint: true, openWorldHint: false };
/** Adds something beside what there is. */
const adds: ToolAnnotations = { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false };
/** Takes the place of something, and another call may undo it. */
const changes: ToolAnnotations = { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false };
/** Cannot be undone. */
const ends: ToolAnnotations = { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false };
/** Each call gives out a new secret, and the old one ends. */
const replaces: ToolAnnotations = { ...ends, idempotentHint: false };

/** The one that the gateway answers itself, because it decides. */
const explain: Operation = {
  method: 'get', path: '/v1/explain', scope: 'audit:read', query: explainQuerySchema, status: 200, answer: explainedSchema,
  summary: 'Explain a decision', description: 'Whether a call would be allowed now, rule by rule: for this credential, or for a key of the organization.',
};

/** Latchkey's own operations as tools, in the order of lists. */
export const platformTools: readonly PlatformTool[] = [
  { name: 'list_organizations', operation: operations.listOrganizations, annotations: looks },
  { name: 'list_projects', operation: operations.listProjects, annotations: looks },
  { name: 'create_project', operation: operations.createProject, annotations: adds },
  { name: 'list_members', operation: operations.listMembers, annotations: looks },
  { name: 'invite_member', operation: operations.createInvitation, annotations: adds },
  { name: 'change_member', operation: operations.changeMember, annotations: changes },
  { name: 'remove_member', operation: operations.removeMember, annotations: ends },
  { name: 'list_servers', operation: operations.listServers, annotations: looks },
  { name: 'show_server', operation: operations.showServer, annotations: looks },
  { name: 'register_server', operation: operations.registerServer, annotations: adds },
  { name: 'change_server', operation: operations.changeServer, annotations: changes },
  { name: 'delete_server', operation: operations.deleteServer, annotations: ends },
  { name: 'list_keys', operation: operations.listPats, annotations: looks },
  { name: 'show_key', operation: operations.showPat, annotations: looks },
  { name: 'mint_key', operation: operations.mintPat, annotations: adds },
  { name: 'rotate_key', operation: operations.rotatePat, annotations: replaces },
  { name: 'revoke_key', operation: operations.revokePat, annotations: ends },
  { name: 'key_usage', operation: operations.patUsage, annotations: looks },
  { name: 'list_connected_programs', operation: operations.listGrants, annotations: looks },
  { name: 'disconnect_program', operation: operations.revokeGrant, annotations: ends },
  { name: 'search_audit_log', operation: operations.listAuditEvents, annotations: looks },
  { name: 'explain_audit_entry', operation: operations.explainAuditEvent, annotations: looks },
  { name: 'explain', operation: explain, annotations: looks },
];
