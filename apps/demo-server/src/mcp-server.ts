import { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { ToolContext } from './tools/register-tools.ts';
import { registerTools } from './tools/register-tools.ts';

const guide = `# Latchkey demo

A task board, a time zone converter, a timer and \`whoami\`, behind the Latchkey gateway. This server has no login, no key table and no
revocation logic of its own: it reads the signed \`Latchkey-Identity\` header that the gateway sends, and keeps one board per organization.
`;

/** One server instance; both eras and every request get the same tools, resource and prompt. */
export function buildMcpServer(tools: ToolContext): McpServer {
  const server = new McpServer(
    { name: 'latchkey-demo', title: 'Latchkey demo', version: '1.0.0' },
    { instructions: 'A small task board and a few utilities. Call whoami to see what the gateway tells this server about you.' },
  );
  registerTools(server, tools);
  server.registerResource(
    'guide',
    'demo://guide',
    { title: 'About this server', description: 'What this server does and how it knows its caller', mimeType: 'text/markdown' },
    (uri) => ({ contents: [{ uri: uri.href, mimeType: 'text/markdown', text: guide }] }),
  );
  server.registerPrompt(
    'plan-day',
    {
      title: 'Plan my day',
      description: 'Asks for a plan of the day from the open tasks of the board',
      argsSchema: z.object({ hours: z.string().max(4).optional().describe('How many hours there are') }),
    },
    ({ hours }) => ({
      messages: [
        {
          role: 'user',
          content: {
            type: 'text',
            text: `Call list_tasks with status "open" and plan my day${hours === undefined ? '' : ` of ${hours} hours`} from what it shows. Order the tasks, give each a time, and say what can wait.`,
          },
        },
      ],
    }),
  );
  return server;
}
