import type { Tool } from '@modelcontextprotocol/client';
import type { ServerRecord } from '@latchkey/contracts';
import { problemContentType } from '@latchkey/problem';

const content = { type: 'array', items: { type: 'object' }, description: 'Content blocks of the Model Context Protocol.' };
const answers: readonly [status: string, description: string][] = [
  ['400', 'The arguments do not fit the input schema.'], ['401', 'No credential, or one that is not accepted.'], ['403', 'The credential lacks a scope, a role or the tool.'], ['404', 'There is no such tool for this credential.'],
  ['422', 'The tool answered with an error.'], ['429', 'A limit is reached.'], ['502', 'The server could not answer.'], ['503', 'Try again later.'], ['504', 'The server did not answer in time.'],
];
const problem = { content: { [problemContentType]: { schema: { $ref: '#/components/schemas/Problem' } } } };

/** References of a schema lead to its own root; in a document of many it needs a name of its own for that (JSON Schema 2020-12 section 8.2.1). */
function rooted(schema: object, id: string): object {
  return '$id' in schema || !JSON.stringify(schema).includes('"$ref"') ? schema : { $id: id, ...schema };
}

const operationOf = (path: string, tool: Tool): object => {
  const id = `urn:latchkey:tool:${encodeURIComponent(path)}`;
  return {
    operationId: tool.name,
    ...(tool.title === undefined ? {} : { summary: tool.title }),
    ...(tool.description === undefined ? {} : { description: tool.description }),
    requestBody: { required: true, content: { 'application/json': { schema: rooted(tool.inputSchema, `${id}:input`) } } },
    responses: {
      200: {
        description: 'What the tool answered.',
        content: {
          'application/json': {
            schema: { type: 'object', required: ['content'], properties: { content, ...(tool.outputSchema === undefined ? {} : { structuredContent: rooted(tool.outputSchema, `${id}:output`) }) } },
          },
          'text/event-stream': { schema: { type: 'string', description: 'Events `progress`, and one `result` or `error` at the end.' } },
        },
      },
      ...Object.fromEntries(answers.map(([status, description]) => [status, { description, ...problem }])),
    },
  };
};

/** OpenAPI 3.1 of the tools of one server that a caller may use, from the schemas of the tools themselves. */
export function toolsDocument({ server, tools, gatewayUrl, issuer }: { server: ServerRecord; tools: readonly Tool[]; gatewayUrl: string; issuer: string }): object {
  const base = `/v1/tools/${server.slug}`;
  const flow = { authorizationUrl: `${issuer}/oauth/authorize`, tokenUrl: `${issuer}/oauth/token`, scopes: { 'workflow:read': 'See tools', 'workflow:run': 'Call tools' } };
  return {
    openapi: '3.1.0',
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    info: { title: server.name, version: String(server.revision ?? 1), description: `The tools of ${server.name}, over REST.` },
    servers: [{ url: gatewayUrl }],
    security: [{ key: [] }, { oauth: ['workflow:run'] }],
    // A name with half of a pair of surrogates can stand in no path.
    paths: Object.fromEntries(tools.filter(({ name }) => name.isWellFormed()).map((tool) => {
      const path = `${base}/${encodeURIComponent(tool.name)}`;
      return [path, { post: operationOf(path, tool) }];
    })),
    components: {
      securitySchemes: { key: { type: 'http', scheme: 'bearer' }, oauth: { type: 'oauth2', flows: { authorizationCode: flow } } },
      schemas: {
        Problem: { type: 'object', required: ['type', 'title', 'status', 'requestId'], properties: { type: { type: 'string' }, title: { type: 'string' }, status: { type: 'integer' }, detail: { type: 'string' }, code: { type: 'string' }, requestId: { type: 'string' } } },
      },
    },
  };
}
