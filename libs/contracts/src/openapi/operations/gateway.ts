import { explainedSchema, explainQuerySchema } from '../../http/explanations.ts';
import * as tools from '../../http/tools.ts';
import { defineOperations } from '../operation.ts';

export const toolOperations = defineOperations({
  listTools: {
    method: 'get', path: '/v1/tools/{server}', scope: 'workflow:read', summary: 'List the tools of a server', description: 'All that this credential may use.', status: 200, answer: tools.toolPageSchema,
  },
  describeTools: {
    method: 'get', path: '/v1/tools/{server}/openapi.json', scope: 'workflow:read', summary: 'Describe the tools of a server in OpenAPI', description: 'Made of the tools\' own schemas.',
    status: 200, answer: tools.toolsDocumentSchema,
  },
  showTool: { method: 'get', path: '/v1/tools/{server}/{tool}', scope: 'workflow:read', summary: 'Show a tool', status: 200, answer: tools.toolSchema },
  callTool: {
    method: 'post', path: '/v1/tools/{server}/{tool}', scope: 'workflow:run', summary: 'Call a tool', description: 'With `Accept: text/event-stream` the answer comes as events, with progress before it.',
    body: tools.toolArgumentsSchema, status: 200, answer: tools.toolAnswerSchema, refusals: ['tool_error', 'connection_required'],
    examples: { body: { a: 2, b: 3 }, answer: { content: [{ type: 'text', text: '5' }] } },
  },
});

export const explainOperations = defineOperations({
  explain: {
    method: 'get', path: '/v1/explain', scope: 'audit:read', summary: 'Explain whether a call would be allowed now', description: 'Rule by rule, for the own credential or, for administrators, a key of the organization.',
    query: explainQuerySchema, status: 200, answer: explainedSchema, refusals: ['not_found'],
  },
});
