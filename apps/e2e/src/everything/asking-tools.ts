import type { InputRequests, McpServer, ServerContext } from '@modelcontextprotocol/server';
import { inputRequired, inputResponse } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { contactSchema, defaultsSchema, enumsSchema } from './input-schemas.ts';

const text = (words: string) => ({ content: [{ type: 'text' as const, text: words }] });
const key = 'answer';

/** Asks once, then says what came back. Legacy connections are asked by a request of the server, modern ones by the result. */
function askOnce(context: ServerContext, request: InputRequests[string], intro: string) {
  const answer = inputResponse(context.mcpReq.inputResponses, key);
  if (answer.kind === 'missing') return inputRequired({ inputRequests: { [key]: request } });
  if (answer.kind === 'sampling') return text(`${intro}: ${JSON.stringify(answer.result.content)}`);
  if (answer.kind === 'elicit') return text(`${intro}: action=${answer.action}, content=${JSON.stringify(answer.content ?? {})}`);
  return text(`${intro}: ${JSON.stringify(answer.roots)}`);
}

const sample = (prompt: string) =>
  inputRequired.createMessage({ messages: [{ role: 'user', content: { type: 'text', text: prompt } }], maxTokens: 100 });

/** Tools that need the client's model or its user. */
export function registerAskingTools(server: McpServer): void {
  server.registerTool(
    'test_sampling',
    { description: "Asks the client's model", inputSchema: z.object({ prompt: z.string() }) },
    ({ prompt }, context) => askOnce(context, sample(prompt), 'LLM response'),
  );
  server.registerTool(
    'test_elicitation',
    { description: 'Asks the user', inputSchema: z.object({ message: z.string() }) },
    ({ message }, context) => askOnce(context, inputRequired.elicit({ message, requestedSchema: contactSchema }), 'User response'),
  );
  server.registerTool('test_elicitation_sep1034_defaults', { description: 'Asks with defaults' }, (context) =>
    askOnce(context, inputRequired.elicit({ message: 'Please check', requestedSchema: defaultsSchema }), 'Elicitation completed'),
  );
  server.registerTool('test_elicitation_sep1330_enums', { description: 'Asks with every kind of choice' }, (context) =>
    askOnce(context, inputRequired.elicit({ message: 'Please choose', requestedSchema: enumsSchema }), 'Elicitation completed'),
  );
  // To ask for what the client has not declared is refused by the SDK itself: -32021, HTTP 400 (2026-07-28).
  server.registerTool('test_missing_capability', { description: 'Works only for clients that can sample' }, (context) =>
    askOnce(context, sample('Say hello'), 'The client can sample'),
  );
}
