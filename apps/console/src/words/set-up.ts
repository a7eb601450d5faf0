/** What to paste into which client to connect it to a server; without a key, each signs in through the browser by itself. Also in docs/clients. */
export function setUp(name: string, url: string, key?: string): { client: string; where: string; lines: string }[] {
  const header = key === undefined ? '' : ` --header "Authorization: Bearer ${key}"`;
  const headers = key === undefined ? {} : { headers: { Authorization: `Bearer ${key}` } };
  return [
    { client: 'Claude Code', where: 'In a terminal', lines: `claude mcp add --transport http ${name} ${url}${header}` },
    {
      client: 'Codex', where: key === undefined ? 'In a terminal' : 'In a terminal, with the key in the environment variable LATCHKEY_TOKEN',
      lines: key === undefined ? `codex mcp add ${name} --url ${url}\ncodex mcp login ${name}` : `codex mcp add ${name} --url ${url} --bearer-token-env-var LATCHKEY_TOKEN`,
    },
    { client: 'VS Code', where: 'In a terminal', lines: `code --add-mcp '${JSON.stringify({ name, type: 'http', url, ...headers })}'` },
    { client: 'Cursor', where: 'In ~/.cursor/mcp.json', lines: JSON.stringify({ mcpServers: { [name]: { url, ...headers } } }, null, 2) },
    { client: 'MCP Inspector', where: 'In a terminal', lines: `npx @modelcontextprotocol/inspector --transport http --server-url ${url}${header}` },
    { client: 'curl', where: 'In a terminal', lines: byHand(url, key ?? '$LATCHKEY_TOKEN') },
  ];
}

function byHand(url: string, key: string): string {
  const initialize = { jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'curl', version: '1' } } };
  return [`curl ${url}`, `-H "Authorization: Bearer ${key}"`, "-H 'Content-Type: application/json'", "-H 'Accept: application/json, text/event-stream'", `-d '${JSON.stringify(initialize)}'`].join(' \\\n  ');
}
