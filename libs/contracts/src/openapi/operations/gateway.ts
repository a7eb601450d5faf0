import { explainedSchema, explainQuerySchema } from '../../http/explanations.ts';
import { freshnessSchema } from '../../http/freshness.ts';
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

const who = {
  'X-User-Id': 'Whose the credential is.',
  'X-Tenant-Id': 'The organization that it speaks for.',
  'Latchkey-Client': 'The OAuth client that an access token was given to.',
  'Latchkey-Credential': '`pat:` or `access_token:`, and the id.',
  'Latchkey-Scope': 'What it was given for, parted by spaces.',
};
const question = { method: 'get', scope: 'any', status: 200, answer: null, refusesAsProxiesKnow: true, refusals: ['user_mismatch', 'not_found'] } as const;

/** Asked by nginx `auth_request`, Traefik ForwardAuth and Envoy ext_authz, with the headers of the request that they are asked about. */
export const authzOperations = defineOperations({
  askAboutServer: {
    ...question, path: '/authz/servers/{server}', summary: 'May this caller do everything at a server?',
    description: 'For a reverse proxy, with the `Authorization` of the request that it asks about: whoever has `mcp:read` and `mcp:execute` on the whole of the server. A limit that is reached is 403 too, with `Retry-After`.',
    answerHeaders: { ...who, 'X-Project-Id': 'Of the server.', 'Latchkey-Identity': 'Who it is, signed for the URL of that server (`/.well-known/jwks.json`): it need not believe the proxy.' },
  },
  askAboutCredential: { ...question, path: '/authz/credential', summary: 'Is this credential good?', description: 'Whatever it may do.', answerHeaders: who },
  askAboutRequest: {
    ...question, path: '/authz', summary: 'May this request pass?',
    description: 'By `X-Original-URI`, `X-Original-URL` or `X-Forwarded-Uri`: below `/mcp/{server}` as for that server, otherwise as for a credential. `/authz/uri/{path}` asks the same about the path that follows.',
    answerHeaders: { ...who, 'X-Project-Id': 'With a server: its project.', 'Latchkey-Identity': 'With a server: who it is, signed for it.' },
  },
});

export const freshnessOperations = defineOperations({
  showFreshness: {
    method: 'get', path: '/v1/freshness', scope: 'org:read', summary: 'Show how old what the gateway knows may be', description: 'In milliseconds, of each writer; null before it was first proven.',
    status: 200, answer: freshnessSchema,
  },
});
