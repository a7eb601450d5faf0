import { hash } from 'node:crypto';
import type { Catalogue } from './catalogue.ts';

export const skillPath = '/.well-known/agent-skills/latchkey/SKILL.md';
const description = 'Connect to MCP servers behind a Latchkey gateway, call their tools over MCP or REST, and keep keys for them.';

/** What an agent has to know to use this gateway, as a skill. */
export const skill = ({ gatewayUrl, platform }: Catalogue): string => `---
name: latchkey
description: ${description}
---

# Using a Latchkey gateway

1. Read ${gatewayUrl}/auth.md for how to get a credential. Never ask a person to paste a password; a key begins with \`lk_pat_\`.
2. A server is an MCP endpoint, \`${gatewayUrl}/mcp/{server}\`. Which ones are public stands in ${gatewayUrl}/llms.txt; the others you are told of by whoever sent you.
3. Its tools over plain HTTP: \`GET ${gatewayUrl}/v1/tools/{server}\` lists them with their schemas, \`POST ${gatewayUrl}/v1/tools/{server}/{tool}\` calls one with its arguments as JSON.
4. Servers, keys, members and the audit log are tools themselves, at ${platform.url}.
5. An error has a \`code\`. 401: get a new credential. 403 with \`insufficient_scope\`: ask for the scopes in \`WWW-Authenticate\`. 429 and 503: wait for \`Retry-After\`. A tool that is hidden
   from your credential looks like one that does not exist.
6. Do not put a credential into a URL, a log, or a message. One that was exposed is reported at \`POST ${gatewayUrl}/v1/leaks\` with \`{ "tokens": [...] }\`.
`;

/** Index of agent skills; the digest is that of the bytes which are served. */
export function skillIndex(catalogue: Catalogue): object {
  return {
    $schema: 'https://schemas.agentskills.io/discovery/0.2.0/schema.json',
    skills: [{ name: 'latchkey', type: 'skill-md', description, url: `${catalogue.gatewayUrl}${skillPath}`, digest: `sha256:${hash('sha256', skill(catalogue), 'hex')}` }],
  };
}
