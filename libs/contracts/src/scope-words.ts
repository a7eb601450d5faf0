/** Resource scopes and the words in which the consent page and the console explain them. */
export const scopeDescriptions = {
  'mcp:read': 'List tools, prompts and resources, and read resources',
  'mcp:execute': 'Call tools',
  'workflow:read': 'Read the list and the schemas of tools over REST',
  'workflow:run': 'Run tools over REST',
  'keys:read': 'See API keys (never their secret part)',
  'keys:write': 'Create, change and revoke API keys',
  'servers:read': 'See the registered MCP servers',
  'servers:write': 'Register, change and delete MCP servers',
  'webhooks:read': 'See webhooks and their deliveries',
  'webhooks:write': 'Create, change and delete webhooks',
  'connections:read': 'See connections to upstream services (never their secrets)',
  'connections:write': 'Create, change and delete connections to upstream services',
  'org:read': 'See the organization, its projects and members',
  'org:admin': 'Administer the organization: members, policies, clients',
  'audit:read': 'Read the audit log',
} as const;

export type Scope = keyof typeof scopeDescriptions;
