import { managementScopes, mcpScopes, resourceMetadataUrl, workflowScopes } from '@latchkey/oauth';
import type { Catalogue, Entry } from './catalogue.ts';
import { cardUrl } from './server-card.ts';
import { skillPath } from './skills.ts';

/** Names are somebody's words: none of them makes a link or a heading of its own. */
const plain = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cs}]/gu, ' ').replaceAll(/[\\`*_{}[\]()#<>|!]/g, '\\$&');
const line = (entry: Entry): string => `- [${plain(entry.title)}](${cardUrl(entry)}): MCP server at ${entry.url}`;

/** llms.txt: what is here, for readers who read text. */
export const llmsText = ({ gatewayUrl, issuer, platform, servers }: Catalogue): string => `# Latchkey

> The front door of MCP servers: one place to sign in, one kind of key, one audit log. Servers are at ${gatewayUrl}/mcp/{server}, their tools also at ${gatewayUrl}/v1/tools/{server}.

## Start here

- [How to get a credential](${gatewayUrl}/auth.md)
- [Skill for agents](${gatewayUrl}${skillPath})
- [HTTP API, OpenAPI](${gatewayUrl}/openapi.json)

## MCP servers

${[platform, ...servers].map(line).join('\n')}

## Optional

- [AI catalog](${gatewayUrl}/.well-known/ai-catalog.json)
- [API catalog](${gatewayUrl}/.well-known/api-catalog)
- [Authorization server](${issuer}/.well-known/oauth-authorization-server)
`;

/** auth.md: how a program gets a credential here, uses it, and gives it back. */
export const authText = ({ gatewayUrl, issuer, management, platform }: Catalogue): string => `# Authentication

Everything here takes one header: \`Authorization: Bearer <credential>\`. Two kinds of credential exist, access tokens and keys. Both can be revoked at any moment, and are refused within seconds then.

## Discover

- A request without a credential is answered 401; its \`WWW-Authenticate\` names the metadata of the resource (RFC 9728).
- ${resourceMetadataUrl(platform.url)}: servers, keys and the rest as MCP tools, resource \`${platform.url}\`
- ${gatewayUrl}/.well-known/oauth-protected-resource/mcp/{server}: one MCP server, resource \`${gatewayUrl}/mcp/{server}\`
- ${resourceMetadataUrl(management)}: the HTTP API, resource \`${management}\`
- ${issuer}/.well-known/oauth-authorization-server: the authorization server

## OAuth 2.1, for whoever acts for a person

1. Register at \`registration_endpoint\` (RFC 7591), or use the URL of a client ID metadata document as \`client_id\`.
2. Send the person to \`authorization_endpoint\` with PKCE (\`S256\`), \`resource\` as above, and the scopes that you need. Without a browser: the device flow.
3. Exchange the code at \`token_endpoint\`, with the same \`resource\`. Keep the refresh token; each use replaces it.

Scopes: \`${mcpScopes.join('`, `')}\` at a server; \`${workflowScopes.join('`, `')}\` for its tools over REST; \`${managementScopes.join('`, `')}\` and others for the API. 403
\`insufficient_scope\` names what is missing.

## Identity assertions, for agents that an identity provider vouches for

A client that an organization has registered, with an assertion (ID-JAG) of an issuer that it trusts, presents it at \`token_endpoint\` with the grant
\`urn:ietf:params:oauth:grant-type:jwt-bearer\`. The access token comes back at once, and nobody is asked.

There is no other registration of agents: nobody gets a credential here without a person or an organization behind it, and there is nothing to claim.

## Keys, for scripts and machines

A person makes a personal access token (\`lk_pat_…\`) in the console at ${issuer}/console, or by \`POST ${gatewayUrl}/v1/pats\`. It works on every endpoint, within its scopes and the role of its
owner, and is shown once. An agent gets a part of what its caller holds, for minutes, by token exchange (RFC 8693) at \`token_endpoint\`.

## Revoke

- OAuth: \`revocation_endpoint\` (RFC 7009). Keys: \`DELETE ${gatewayUrl}/v1/pats/{id}\`.
- A credential that was seen where it should not be: \`POST ${gatewayUrl}/v1/leaks\`, without login, \`{ "tokens": ["…"] }\`.
`;
