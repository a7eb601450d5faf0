/** What to paste into which client to connect it to a server; each then signs in through the browser by itself. */
export function pasteLines(name: string, url: string): { client: string; lines: string }[] {
  return [
    { client: 'Claude Code', lines: `claude mcp add --transport http ${name} ${url}` },
    { client: 'Codex', lines: `codex mcp add ${name} --url ${url}\ncodex mcp login ${name}` },
    { client: 'VS Code', lines: `code --add-mcp '${JSON.stringify({ name, type: 'http', url })}'` },
    { client: 'Cursor (~/.cursor/mcp.json)', lines: JSON.stringify({ mcpServers: { [name]: { url } } }, null, 2) },
    { client: 'MCP Inspector', lines: `npx @modelcontextprotocol/inspector --transport http --server-url ${url}` },
  ];
}
