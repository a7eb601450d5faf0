import { randomBytes } from 'node:crypto';
import { createRequestStateCodec, McpServer } from '@modelcontextprotocol/server';
import { registerAskingTools } from './asking-tools.ts';
import { registerInputRequiredTools } from './input-required-tools.ts';
import { registerPlainTools } from './plain-tools.ts';
import { registerPrompts } from './prompts.ts';
import { registerResources } from './resources.ts';
import { registerStreamingTools, type ChangeNotifier } from './streaming-tools.ts';

const codec = createRequestStateCodec<{ round: number }>({ key: randomBytes(32) });

/** A server with every name that the conformance tool asks for (CT-06). */
export function buildEverythingServer(changes: ChangeNotifier): McpServer {
  const server = new McpServer(
    { name: 'everything', version: '1.0.0' },
    { capabilities: { logging: {}, resources: { subscribe: true } }, requestState: { verify: codec.verify } },
  );
  registerPlainTools(server);
  registerStreamingTools(server, changes);
  registerAskingTools(server);
  registerInputRequiredTools(server, codec);
  registerPrompts(server);
  registerResources(server);
  return server;
}
