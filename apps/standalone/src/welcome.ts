import type { Standalone } from './start.ts';

const ruler = '─'.repeat(78);

/** What a newcomer reads and pastes. Each line of a client stands alone, so that a triple click takes the whole of it. */
export function welcome({ ready, logFile, generatedPassword, mailbox }: Pick<Standalone, 'ready' | 'logFile' | 'generatedPassword' | 'mailbox'>): string {
  const url = `${ready.gateway}/mcp/${ready.demoServer}`;
  const name = ready.demoServer;
  const json = (value: unknown): string => JSON.stringify(value);
  const password = generatedPassword === undefined ? [] : [`  Password      ${generatedPassword}`, '                (shown this once; change it in the console)'];
  return [
    '',
    ruler,
    '  Latchkey is running.',
    '',
    `  Console       ${ready.identity}/console`,
    `  MCP server    ${url}`,
    `  Sign in as    ${ready.adminEmail}`,
    ...password,
    ...(mailbox === undefined ? [] : [`  Mailbox       ${mailbox}   (mail is shown there, not sent)`]),
    '',
    '  Connect a client:',
    '',
    '  Claude Code (then /mcp in a session to sign in)',
    `    claude mcp add --transport http ${name} ${url}`,
    '',
    '  Codex',
    `    codex mcp add ${name} --url ${url}`,
    '',
    '  VS Code',
    `    code --add-mcp '${json({ name, type: 'http', url })}'`,
    '',
    '  Cursor (~/.cursor/mcp.json)',
    `    ${json({ mcpServers: { [name]: { url } } })}`,
    '',
    '  MCP Inspector',
    `    npx @modelcontextprotocol/inspector --cli ${url} --transport http --method tools/list`,
    '',
    `  Logs          ${logFile}`,
    '  Stop          Ctrl-C',
    ruler,
    '',
  ].join('\n');
}
